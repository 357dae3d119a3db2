"""Corrections of moto's faults: see README.md."""

from shoplib.localaws.moto_fixes import (
    cognito_id_tokens,
    dynamodb_atomicity,
    dynamodb_changes,
    dynamodb_lookup,
    dynamodb_numbers,
    dynamodb_streams,
    dynamodb_transactions,
    dynamodb_updates,
    iam_partitions,
    iam_policy_versions,
    instance_tracking,
    kinesis_limits,
    kinesis_records,
    kinesis_shards,
    kms_key_states,
    logs_reading,
    logs_rejections,
    response_members,
    s3_bodies,
    s3_bucket_defaults,
    s3_bucket_policies,
    s3_buffers,
    s3_conditions,
    s3_deletions,
    s3_documents,
    s3_enumerations,
    s3_forms,
    s3_limits,
    s3_listing,
    s3_multipart,
    s3_object_parts,
    s3_owners,
    s3_preconditions,
    s3_subresources,
    s3_versions,
    sqs_queues,
    steady_time,
    unbounded_state,
    xml_errors,
)

FIXES = (
    steady_time,
    cognito_id_tokens,
    instance_tracking,
    kinesis_records,
    kinesis_shards,
    kms_key_states,
    logs_reading,
    logs_rejections,
    response_members,
    kinesis_limits,
    sqs_queues,
    dynamodb_atomicity,
    dynamodb_changes,
    dynamodb_lookup,
    dynamodb_numbers,
    dynamodb_streams,
    dynamodb_transactions,
    dynamodb_updates,
    iam_partitions,
    iam_policy_versions,
    s3_bodies,
    s3_bucket_defaults,
    s3_bucket_policies,
    s3_buffers,
    s3_multipart,
    s3_object_parts,
    s3_owners,
    s3_preconditions,
    s3_deletions,
    s3_conditions,
    s3_enumerations,
    s3_documents,
    s3_limits,
    s3_listing,
    s3_subresources,
    s3_versions,
    s3_forms,
    unbounded_state,
    xml_errors,
)


def install_all() -> None:
    for fix in FIXES:
        fix.install()


def install_for_networks() -> None:
    """EC2 is imported with its first request."""
    from shoplib.localaws.moto_fixes import ec2_endpoints

    ec2_endpoints.install()
