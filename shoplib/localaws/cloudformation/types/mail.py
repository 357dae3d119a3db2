"""SES identities."""

from shoplib.localaws.cloudformation.api_type import ApiType, by, prop

TYPES = {
    "AWS::SES::EmailIdentity": ApiType(
        service="sesv2",
        create_call="create_email_identity",
        fixed=frozenset({"EmailIdentity", "Tags"}),
        ref=prop("EmailIdentity"),
        delete_call="delete_email_identity",
        key=by("EmailIdentity"),
    ),
}
