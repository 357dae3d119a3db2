"""Predict, run, break, mend: predictions and repairs are judged by what the running system does."""

from shoplib.lessons.prediction import Prediction, predict
from shoplib.lessons.progress_file import Progress, progress
from shoplib.lessons.showing import show
from shoplib.lessons.task import Task, open_task
from shoplib.lessons.trials import Step, Trial
from shoplib.lessons.verdicts import Verdict

__all__ = ["Prediction", "Progress", "Step", "Task", "Trial", "Verdict", "open_task", "predict", "progress", "show"]
