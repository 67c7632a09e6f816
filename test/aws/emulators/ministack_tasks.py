"""What MiniStack does not tell of the tasks of ECS: in which subnet and behind which security groups they were asked for.

On AWS a task's attachment names its network interface and subnet, and EC2 the groups and the public address of that interface. There is
no interface here, so the attachment itself has all of the request.
Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attachment.html
"""

import json

from ministack.services import ecs

run_task = ecs._run_task


def run_task_in_network(data):
    answer = run_task(data)
    network = data.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    values = {
        "subnetId": ",".join(network.get("subnets", [])),
        "securityGroups": ",".join(network.get("securityGroups", [])),
        "assignPublicIp": network.get("assignPublicIp", "DISABLED"),
    }
    details = [{"name": name, "value": value} for name, value in values.items()]
    attachment = {"id": "network", "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}
    for started in json.loads(answer[2]).get("tasks", []):
        ecs._tasks[started["taskArn"]]["attachments"] = [attachment]
    return answer


ecs._run_task = ecs._ACTION_MAP["RunTask"] = run_task_in_network
