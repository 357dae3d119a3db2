"""What moto's model of a function drops or accepts wrongly, corrected in place.

moto 5.2.5 forgets LoggingConfig, DeadLetterConfig, FileSystemConfigs and SnapStart, answers no RevisionId, ignores
half of UpdateFunctionConfiguration, takes any runtime and any bytes as a zip, and refuses layers of other accounts.
"""

import base64
import binascii
import copy
import re
import uuid
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaFunction, LambdaStorage, LayerVersion
from moto.core.utils import iso_8601_datetime_with_nanoseconds

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.functions import runtimes, tag_calls
from shoplib.localaws.functions.errors import InvalidRuntime
from shoplib.localaws.functions.layers import layer_version
from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.packages import published_layer
from shoplib.localaws.functions.targets import FunctionName
from shoplib.localaws.functions.variables import RESERVED
from shoplib.localaws.functions.zips import COULD_NOT_UNZIP, UnsoundZip, require_sound
from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.permissions import Access, first_denied, is_assumable

MOST_LAYERS = 5
# What CreateFunction answers of a function that AWS makes ready after it.
CREATION = {"State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating"}
EXTRA_PROPERTIES = ("DeadLetterConfig", "FileSystemConfigs")
SNAP_STARTED = re.compile(r"java(11|17|21|25)|python3\.1[2-9]|dotnet(8|10)")
LEVELS = ("ApplicationLogLevel", "SystemLogLevel")  # exist in the JSON format only
_original_init = LambdaFunction.__init__
_original_configuration = LambdaFunction.get_configuration
_original_update = LambdaFunction.update_configuration
_original_set_code = LambdaFunction._set_function_code
_original_layer_init = LayerVersion.__init__


def install() -> None:
    """Correct moto's LambdaFunction and its lists. Idempotent."""
    replace_methods(LambdaStorage, publish_version=_publish)
    replace_methods(LayerVersion, __init__=_layer_init)
    replace_methods(
        LambdaFunction,
        __init__=_init,
        get_configuration=_configuration,
        update_configuration=_update,
        _set_function_code=_set_code,
        _get_layers_data=_layers_data,
    )


def check_runnable(spec: dict[str, Any]) -> None:
    """InvalidRuntime (InvalidParameterValueException) for a function that this laptop cannot execute."""
    name = spec.get("FunctionName", "")
    if spec.get("PackageType") == "Image" or "ImageUri" in spec.get("Code", {}):
        raise InvalidRuntime(
            f"Function {name}: PackageType Image cannot run here, for containers need Docker. "
            "Package the code as Zip for the local AWS, or deploy to AWS."
        )
    reason = runtimes.refusal(spec["Runtime"]) if spec.get("Runtime") else None
    if reason:
        raise InvalidRuntime(f"Function {name}: {reason}. Deploy this function to AWS instead.")


def _init(self: Function, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1) -> None:
    spec = spec | {"FunctionName": FunctionName.parse(str(spec.get("FunctionName")), region, account_id).name}
    check_runnable(spec)
    tag_calls.check(spec.get("Tags") or {})
    _check_variables(spec.get("Environment"))
    _check_snap_start(str(spec.get("Runtime")), spec.get("SnapStart"))
    _require_trust(spec.get("Role"), f"arn:aws:lambda:{region}:{account_id}:function:{spec.get('FunctionName')}")
    _require_dead_letters(str(spec.get("Role")), str(spec.get("FunctionName")), spec.get("DeadLetterConfig"))
    _original_init(self, account_id, spec, region, version)
    self.revision_id = self.change_id = str(uuid.uuid4())
    self.states_environment = "Environment" in spec
    self.extra_properties = {name: spec[name] for name in EXTRA_PROPERTIES if spec.get(name)}
    self.snap_start = (spec.get("SnapStart") or {}).get("ApplyOn", "None")
    self.logging_config = _logging_config(self, spec.get("LoggingConfig") or {})


def _configuration(self: Function, on_create: bool = False) -> dict[str, Any]:
    config = _original_configuration(self, on_create)
    config |= {"RevisionId": self.revision_id, "LoggingConfig": self.logging_config}
    config |= {name: value for name, value in self.extra_properties.items() if value}
    if getattr(self, "states_environment", False):
        config["Environment"] = {"Variables": dict(self.environment_vars)}
    config["SnapStart"] = {"ApplyOn": self.snap_start, "OptimizationStatus": "Off"}
    config["LastModified"] = f"{str(config['LastModified'])[:23]}+0000"  # AWS writes milliseconds, moto more of them
    if not config["Layers"]:
        del config["Layers"]
    if self.run_time:
        config["RuntimeVersionConfig"] = {"RuntimeVersionArn": runtimes.version_arn(self.region, self.run_time)}
    return config | (CREATION if on_create else {})


def _update(self: Function, config_updates: dict[str, Any]) -> dict[str, Any]:
    updates = {name: value for name, value in config_updates.items() if value is not None}
    check_runnable(updates | {"FunctionName": self.function_name})
    _check_snap_start(updates.get("Runtime") or self.run_time, updates.get("SnapStart"))
    _check_variables(updates.get("Environment"))
    _require_trust(updates.get("Role"), self.function_arn.removesuffix(":$LATEST"))
    _require_dead_letters(updates.get("Role") or self.role, self.function_name, updates.get("DeadLetterConfig"))
    if "Environment" in updates:
        self.states_environment = "Variables" in updates["Environment"]
        updates["Environment"] = {"Variables": {}} | updates["Environment"]
    _original_update(self, updates)
    _update_dropped(self, updates)
    _note_change(self)
    return self.get_configuration()


def _update_dropped(function: Function, updates: dict[str, Any]) -> None:
    """The properties that moto's own update passes over."""
    if "EphemeralStorage" in updates:
        function.ephemeral_storage = updates["EphemeralStorage"]["Size"]
    if "TracingConfig" in updates:
        function.tracing_config = updates["TracingConfig"]
    if "KMSKeyArn" in updates:
        function.kms_key_arn = updates["KMSKeyArn"]
    if "SnapStart" in updates:
        function.snap_start = updates["SnapStart"].get("ApplyOn", "None")
    if "LoggingConfig" in updates:
        before = function.logging_config
        if updates["LoggingConfig"].get("LogFormat") == "Text":
            before = {name: value for name, value in before.items() if name not in LEVELS}
        function.logging_config = _logging_config(function, before | updates["LoggingConfig"])
    function.extra_properties = function.extra_properties | {
        name: updates[name] for name in EXTRA_PROPERTIES if name in updates
    }


def _set_code(self: Function, updated_spec: dict[str, Any]) -> None:
    if updated_spec.get("ImageUri"):
        raise InvalidParameterValueException(
            "Please don't provide ImageUri when updating a function with packageType Zip."
        )
    if not updated_spec.keys() & {"ZipFile", "S3Key", "ImageUri"}:
        raise InvalidParameterValueException("Please provide a source for function code.")
    previous = getattr(self, "code_bytes", b""), getattr(self, "code_sha_256", "")
    _require_base64(updated_spec)
    try:
        _original_set_code(self, updated_spec)
    except ValueError as error:  # moto's way to say that bucket or key do not exist
        raise InvalidParameterValueException(str(error.args[-1])) from error
    if updated_spec.get("DryRun"):
        return
    if "ZipFile" not in updated_spec and "S3Key" in updated_spec and not self.code_sha_256:
        self.code_bytes, self.code_sha_256 = previous
        raise InvalidParameterValueException(
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. "
            f"S3 Error Message: The specified key does not exist: {updated_spec['S3Key']}"
        )
    try:
        require_sound(self.code_bytes)
    except UnsoundZip as error:
        self.code_bytes, self.code_sha_256 = previous
        raise InvalidParameterValueException(str(error)) from None
    if "Architectures" in updated_spec:
        self.architectures = updated_spec["Architectures"]
    _note_change(self)


def _note_change(function: Function) -> None:
    function.revision_id = function.change_id = str(uuid.uuid4())
    function.last_modified = iso_8601_datetime_with_nanoseconds()


def _layer_init(self: LayerVersion, spec: dict[str, Any], account_id: str, region: str) -> None:
    self.spec = spec  # type: ignore[attr-defined]
    _require_base64(spec["Content"])
    try:
        _original_layer_init(self, spec, account_id, region)
        require_sound(self.code_bytes)
    except UnsoundZip as error:
        raise InvalidParameterValueException(str(error)) from None
    except ValueError as error:  # moto's way to say that bucket or key do not exist
        raise InvalidParameterValueException(str(error.args[-1])) from error


def _require_base64(code: dict[str, Any]) -> None:
    """moto takes whatever letters of base64 it finds in a text."""
    try:
        base64.b64decode(code.get("ZipFile") or b"", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameterValueException(COULD_NOT_UNZIP) from None


def _publish(self: LambdaStorage, name_or_arn: str, description: str = "") -> Function:
    """A new version, or the last one when nothing changed since. moto numbers a version like a deleted one."""
    latest: Function = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    entry = self._functions[latest.function_name]
    changed = getattr(latest, "change_id", latest.revision_id)
    if entry["versions"] and entry.get("published_revision") == changed:
        return entry["versions"][-1]
    entry["published_revision"] = changed
    entry["last_version"] = entry.get("last_version", 0) + 1
    version = copy.copy(latest)
    version.set_version(entry["last_version"])
    version.revision_id, latest.revision_id = str(uuid.uuid4()), str(uuid.uuid4())
    version.description = description or latest.description
    entry["versions"].append(version)
    self._arns[version.function_arn] = version
    return version


def _layers_data(self: Function, layers_versions_arns: list[str]) -> list[dict[str, Any]]:
    if len(layers_versions_arns) > MOST_LAYERS:
        raise InvalidParameterValueException(f"Cannot reference more than {MOST_LAYERS} layers.")
    layers = [arn.rpartition(":")[0] for arn in layers_versions_arns]
    twice = [arn for arn in layers_versions_arns if layers.count(arn.rpartition(":")[0]) > 1]
    if twice:
        raise InvalidParameterValueException(
            "Two different versions of the same layer are not allowed to be referenced in the same function. "
            f"{' and '.join(twice[:2])} are versions of the same layer."
        )
    if any(Arn.parse(arn).region not in ("", self.region) for arn in layers_versions_arns if is_arn(arn)):
        raise InvalidParameterValueException(
            f"Layers are not in the same region as the function. Layers are expected to be in region {self.region}."
        )
    return [_layer_data(arn) for arn in layers_versions_arns]


def _layer_data(arn: str) -> dict[str, Any]:
    if not is_arn(arn) or Arn.parse(arn).resource.count(":") != 2:
        raise InvalidParameterValueException(f"{arn} is not the ARN of a layer version.")
    version = layer_version(arn)
    if version is not None:
        return {"Arn": version.arn, "CodeSize": version.code_size}
    if published_layer(Arn.parse(arn).name.partition(":")[0]) is not None:
        return {"Arn": arn, "CodeSize": 0}
    raise InvalidParameterValueException(f"Layer version {arn} does not exist.")


def _require_trust(role_arn: str | None, function_arn: str) -> None:
    if role_arn and is_arn(role_arn) and not is_assumable(role_arn, "lambda.amazonaws.com", function_arn):
        raise InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.")


def _require_dead_letters(role_arn: str, session: str, config: dict[str, Any] | None) -> None:
    arn = (config or {}).get("TargetArn")
    if not arn or not is_arn(arn):
        return
    service = Arn.parse(arn).service
    action = "Publish" if service == "sns" else "SendMessage"
    if first_denied(role_arn, session, [Access(f"{service}:{action}", arn)]):
        raise InvalidParameterValueException(
            f"The provided execution role does not have permissions to call {action} on {service.upper()}"
        )


def _check_snap_start(runtime: str, snap_start: dict[str, Any] | None) -> None:
    if (snap_start or {}).get("ApplyOn") == "PublishedVersions" and not SNAP_STARTED.fullmatch(runtime):
        raise InvalidParameterValueException(f"{runtime} is not supported for SnapStart enabled functions.")


def _check_variables(environment: dict[str, Any] | None) -> None:
    reserved = sorted(RESERVED & set((environment or {}).get("Variables") or {}))
    if reserved:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )


def _logging_config(function: Function, settings: dict[str, Any]) -> dict[str, Any]:
    """AWS's defaults completed with what was given."""
    config = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}"} | settings
    if config["LogFormat"] == "JSON":
        config = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"} | config
    function.logs_group_name = config["LogGroup"]
    return config
