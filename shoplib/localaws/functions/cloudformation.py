"""CloudFormation types of this room. Importing this module makes moto know them: it finds its models by subclass."""

from shoplib.localaws.functions import cloudformation_access, cloudformation_function
from shoplib.localaws.functions.stack_resource import StackResource

TYPES: dict[str, type[StackResource]] = {
    model.TYPE: model
    for module in (cloudformation_function, cloudformation_access)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, StackResource) and model.TYPE
}
