"""Bucket policies: moto 5.2.5 reads no condition and no principal, so that a deny of insecure transport denies all.

On AWS every statement is asked with its principal and its conditions, for requests to buckets as well as to objects.
A policy that cannot be evaluated is refused when it is put (MalformedPolicy). As on AWS the account itself may always
read, replace and delete a policy, or nobody could mend one that shuts everybody out.
"""

import json
from typing import Any

from flask import has_request_context, request
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import S3AccessDeniedError, S3ClientError
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws import request_context
from shoplib.localaws.moto_patches import Method, replace, wrap
from shoplib.localaws.policies import ANYBODY, InvalidPolicy, Request, Verdict, evaluate, validate
from shoplib.localaws.request_scope import DENIED_OBJECTS

RESULTS = {
    Verdict.ALLOW: PermissionResult.PERMITTED,
    Verdict.IMPLICIT_DENY: PermissionResult.NEUTRAL,
    Verdict.EXPLICIT_DENY: PermissionResult.DENIED,
}
# moto names an object's request after its HTTP method, IAM does not.
ACTIONS = {"s3:HeadObject": "s3:GetObject", "s3:PostObject": "s3:PutObject", "s3:OptionsObject": "s3:GetObject"}
OF_THE_POLICY = {"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"}
AGENT = {"useragent": "User-Agent", "referer": "Referer"}
LISTING = ("prefix", "delimiter", "max-keys")


def install() -> None:
    replace(FakeBucket, "get_permission", _get_permission)
    wrap(S3Backend, "put_bucket_policy", _validating)
    wrap(S3Response, "_key_response", _naming_the_refusal)
    wrap(S3Response, "_authenticate_and_authorize_s3_action", _asking_the_policy)


def _get_permission(bucket: Any, action: str, resource: str) -> PermissionResult:
    if (denied := _denied_objects()) is not None:
        return PermissionResult.DENIED if resource in denied else PermissionResult.PERMITTED
    if not bucket.policy:
        return PermissionResult.NEUTRAL
    access = Request(ACTIONS.get(action, action), resource, _principal(bucket.account_id), _facts(bucket.account_id))
    return RESULTS[evaluate(json.loads(bucket.policy), access)]


def _denied_objects() -> set[str] | None:
    """Of a request by a user or a role, of which all policies together were asked before; None of any other."""
    return request.environ.get(DENIED_OBJECTS) if has_request_context() else None


def _validating(original: Method) -> Method:
    def put_bucket_policy(backend: Any, bucket_name: str, policy: bytes) -> None:
        try:
            validate(_document(policy))
        except InvalidPolicy as error:
            raise S3ClientError("MalformedPolicy", f"Policies must be valid JSON: {error}") from None
        original(backend, bucket_name, policy)

    return put_bucket_policy


def _document(policy: bytes) -> Any:
    try:
        document = json.loads(policy)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise S3ClientError("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'")
    if "Statement" not in document:
        raise S3ClientError("MalformedPolicy", "Missing required field Statement")
    return document


def _asking_the_policy(original: Method) -> Method:
    def authorize(response: Any, bucket_name: str | None = None, key_name: str | None = None) -> None:
        original(response, bucket_name=bucket_name, key_name=key_name)
        action = response.data.get("Action", "")
        if _denied_objects() is not None:
            return
        bucket = response.backend.buckets.get(bucket_name)
        of_objects = not key_name and action.endswith("Object")  # each object of many is asked for by itself
        if bucket is None or not bucket.policy or action in OF_THE_POLICY or of_objects:
            return
        resource = f"{bucket.arn}/{key_name}" if key_name else bucket.arn
        if bucket.get_permission(f"s3:{action}", resource) is PermissionResult.DENIED:
            raise S3AccessDeniedError

    return authorize


def _naming_the_refusal(original: Method) -> Method:
    """moto refuses objects without a word; clients read AccessDenied."""

    def key_response(response: Any, http_request: Any, full_url: str) -> Any:
        answer = original(response, http_request, full_url)
        if answer == (403, {}, ""):
            raise S3AccessDeniedError
        return answer

    return key_response


def _principal(account_id: str) -> str:
    """A service of the engine's own, or the account, whose key it is; without a signature nobody is known."""
    caller = request_context.current().caller
    return caller if caller.startswith("arn:") or caller.endswith(".amazonaws.com") else _account(account_id)


def _account(account_id: str) -> str:
    signed = has_request_context() and ("Authorization" in request.headers or "X-Amz-Signature" in request.args)
    return f"arn:aws:iam::{account_id}:root" if signed else ANYBODY


def _facts(account_id: str) -> dict[str, str]:
    if not has_request_context():
        return {}
    principal = _principal(account_id)
    known = {} if principal == ANYBODY else {"aws:principalarn": principal, "aws:principalaccount": account_id}
    sent = {f"s3:{name.lower()}": value for name, value in request.headers.items() if name.lower().startswith("x-amz-")}
    listing = {f"s3:{name}": value for name, value in request.args.items() if name in LISTING}
    agent = {f"aws:{name}": request.headers[header] for name, header in AGENT.items() if header in request.headers}
    return {"aws:sourceip": request.remote_addr or "", **known, **sent, **listing, **agent}
