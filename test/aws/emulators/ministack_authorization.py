"""What MiniStack has to know of a request, beyond what it sees by itself, to judge it by our policies.

It looks for permissions only where it is started with AUTH=true. Functions then call with the session of their role.
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/ (of each service: resource types and condition keys)
"""

import json

from ministack.core import iam_actions, iam_evaluator

resource_without_tasks = iam_actions.extract_resource_arn
context_of_tags = iam_actions.request_tag_context


def parsed(body):
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def named(value, kind, region, account, *path):
    """An ARN, where a request may give it or only the name at its end."""
    return value if value.startswith("arn:") else f"arn:aws:ecs:{region}:{account}:{'/'.join([kind, *path, value])}"


def resource_of_tasks(headers, body, region, account):
    """MiniStack takes the cluster for the resource of every request to ECS that names one."""
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    request = parsed(body)
    cluster = request.get("cluster", "default").rpartition("/")[2]
    if action == "RunTask":
        return named(request["taskDefinition"], "task-definition", region, account)
    if action == "StopTask":
        return named(request["task"], "task", region, account, cluster)
    if action == "DescribeTasks":
        return named(request["tasks"][0], "task", region, account, cluster)
    if action == "DeleteTaskDefinitions":
        return named(request["taskDefinitions"][0], "task-definition", region, account)
    if action in ("TagResource", "ListTagsForResource"):
        return request["resourceArn"]
    if action in ("ListTasks", "RegisterTaskDefinition", "DescribeTaskDefinition", "DeregisterTaskDefinition"):
        return "*"
    return None


def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
    tasks = resource_of_tasks(headers, body, region, account_id) if service == "ecs" else None
    return tasks or resource_without_tasks(service, method, path, headers, body, query_params, region, account_id)


def condition_keys(service, body):
    request = parsed(body)
    if service == "ecs" and "cluster" in request:
        from ministack.core.responses import get_account_id, get_region

        return {"ecs:cluster": named(request["cluster"], "cluster", get_region(), get_account_id())}
    if service == "kms" and request.get("EncryptionContext"):
        context = request["EncryptionContext"]
        return {"kms:EncryptionContextKeys": list(context), **{f"kms:EncryptionContext:{key}": context[key] for key in context}}
    if service == "ses" and "FromEmailAddress" in request:
        return {"ses:FromAddress": request["FromEmailAddress"]}
    return {}


def request_context(service, iam_action, body, params):
    return {**context_of_tags(service, iam_action, body, params), **condition_keys(service, body)}


iam_actions.extract_resource_arn = extract_resource_arn
iam_actions.request_tag_context = request_context
# The toolkit asks about repositories of images with a role that may ask about its own, which MiniStack does not see in the request.
iam_evaluator._ALWAYS_ALLOWED_ACTIONS |= {"ecr:DescribeRepositories", "ecr:DescribeImages"}
