"""Names of the errors that functions end with, by which the retries of a state machine go.

Lambda's runtime for Node.js reports `errorType` as the name of the error. MiniStack calls every error `Runtime.HandlerError`, but has the
stack, which begins with the name.
Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
"""

import re

from ministack.services import lambda_svc

execute = lambda_svc._execute_function_with_config_scope


def execute_with_error_names(*parameters, **options):
    result = execute(*parameters, **options)
    body = result.get("body")
    if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
        message = re.escape(body["errorMessage"])
        stack = re.search(rf"^(\w+): {message}$", result.get("log", ""), re.MULTILINE)
        if stack:
            body["errorType"] = stack[1]
    return result


lambda_svc._execute_function_with_config_scope = execute_with_error_names
