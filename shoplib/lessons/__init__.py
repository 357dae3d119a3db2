"""Predict, run, compare: the learner's guess is judged by what the running system did, never by a constant."""

from shoplib.lessons.prediction import Prediction, Verdict, predict

__all__ = ["Prediction", "Verdict", "predict"]
