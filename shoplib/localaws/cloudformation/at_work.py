"""Operations on stacks that are at work: known before anything of CloudFormation is imported."""

from shoplib.localaws.turns import AtWork

AT_WORK = AtWork()
