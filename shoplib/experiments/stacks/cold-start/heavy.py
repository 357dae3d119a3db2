"""Imports the whole AWS SDK and half of the standard library, and uses none of it."""

import asyncio  # noqa: F401
import http.server  # noqa: F401
import unittest.mock  # noqa: F401
import xml.dom.minidom  # noqa: F401

import boto3.dynamodb.conditions  # noqa: F401


def handler(event, context):
    return "done"
