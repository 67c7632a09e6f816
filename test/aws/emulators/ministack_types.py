"""Teaches MiniStack those CloudFormation types of our templates that it does not know.

Some are made by MiniStack's own API of the service, so what the template says is checked as far as that checks it: rules of security
groups, sets of addresses of the firewall, budgets, capacity providers of a cluster. PLACEHOLDER below marks what has nothing behind it:
it gets an identifier and no more. A type that a newer MiniStack knows by itself stops the start, so that it is taken out of this list.
"""

import copy
import io
import json
import zipfile

from ministack.core.responses import get_account_id, get_region  # noqa: F401  (their import makes the account known first)
from ministack.services import alb, budgets, ec2, ecs, s3, waf
from ministack.services.cloudformation import provisioners


def identifier(prefix):
    return prefix + "-" + ec2._new_igw_id()[4:]


def create_address(logical_id, properties, stack_name):
    allocation = identifier("eipalloc")
    ec2._addresses[allocation] = {
        "AllocationId": allocation,
        "PublicIp": "198.51.100.1",
        "Domain": "vpc",
        "AssociationId": "",
        "InstanceId": "",
        "NetworkInterfaceId": "",
        "PrivateIpAddress": "",
    }
    return "198.51.100.1", {"AllocationId": allocation, "PublicIp": "198.51.100.1"}


def placeholder(prefix, id_attribute="Id", **attributes):
    def create(logical_id, properties, stack_name):
        physical_id = identifier(prefix)
        arn = f"arn:aws:{prefix}:{get_region()}:{get_account_id()}:{physical_id}"
        return physical_id, {id_attribute: physical_id, "Arn": arn, **attributes}

    return create


def answered(answer):
    """What an API of MiniStack answered. Fails as the resource would on AWS, where it refused."""
    status, _headers, body = answer
    if status >= 400:
        raise ValueError(body.decode() if isinstance(body, bytes) else str(body))
    return json.loads(body or "{}")


def create_address_set(logical_id, properties, stack_name):
    summary = answered(waf._create_ip_set(properties))["Summary"]
    physical_id = f'{properties["Name"]}|{summary["Id"]}|{properties["Scope"]}'
    return physical_id, {"Arn": summary["ARN"], "Id": summary["Id"]}


def delete_address_set(physical_id, properties):
    _name, set_id, scope = physical_id.split("|")
    answered(waf._delete_ip_set({"Id": set_id, "Scope": scope}))


def create_budget(logical_id, properties, stack_name):
    budget = copy.deepcopy(properties)
    # The API takes amounts as text, CloudFormation as numbers.
    limit = budget["Budget"]["BudgetLimit"]
    limit["Amount"] = str(limit["Amount"])
    answered(budgets._create_budget({"AccountId": get_account_id(), **budget}))
    return budget["Budget"]["BudgetName"], {}


def delete_budget(physical_id, properties):
    answered(budgets._delete_budget({"AccountId": get_account_id(), "BudgetName": physical_id}))


def set_capacity_providers(logical_id, properties, stack_name):
    wanted = {
        "cluster": properties["Cluster"],
        "capacityProviders": properties["CapacityProviders"],
        "defaultCapacityProviderStrategy": [
            {name[0].lower() + name[1:]: value for name, value in part.items()}
            for part in properties["DefaultCapacityProviderStrategy"]
        ],
    }
    answered(ecs._put_cluster_capacity_providers(wanted))
    return properties["Cluster"], {}


def create_vpc_origin(logical_id, properties, stack_name):
    """PLACEHOLDER, but for the security group that CloudFront makes with the first one in a VPC: our templates look it up."""
    balancer = alb._lbs[properties["VpcOriginEndpointConfig"]["Arn"]]
    vpc = next(ec2._security_groups[group]["VpcId"] for group in balancer["SecurityGroups"])
    name = "CloudFront-VPCOrigins-Service-SG"
    if not any(group["VpcId"] == vpc and group["GroupName"] == name for group in ec2._security_groups.values()):
        group_id = identifier("sg")
        ec2._security_groups[group_id] = {
            "GroupId": group_id,
            "GroupName": name,
            "Description": "Made by CloudFront",
            "VpcId": vpc,
            "OwnerId": get_account_id(),
            "IpPermissions": [],
            "IpPermissionsEgress": [],
        }
    return placeholder("cloudfront")(logical_id, properties, stack_name)


def delete_vpc_origin(physical_id, properties):
    """CloudFront takes its group away with the last one; there is one here."""
    balancer = alb._lbs.get(properties["VpcOriginEndpointConfig"]["Arn"], {"SecurityGroups": []})
    networks = {ec2._security_groups[group]["VpcId"] for group in balancer["SecurityGroups"]}
    for group_id, group in list(ec2._security_groups.items()):
        if group["VpcId"] in networks and group["GroupName"] == "CloudFront-VPCOrigins-Service-SG":
            del ec2._security_groups[group_id]


def security_group_rule(direction):
    def create(logical_id, properties, stack_name):
        rules = provisioners._ec2_sg_permissions([properties])
        ec2._security_groups[properties["GroupId"]][direction].extend(rules)
        return f"sgr-{logical_id}", {"Id": f"sgr-{logical_id}"}

    return create


def delete_nothing(physical_id, properties):
    pass


def copy_files(logical_id, properties, stack_name):
    """Copies files into a bucket as the toolkit's own function does, which needs AWS's command line and Lambda's file system."""
    markers = properties.get("SourceMarkers") or [{}] * len(properties["SourceObjectKeys"])
    keys = []
    sources = zip(properties["SourceBucketNames"], properties["SourceObjectKeys"], markers, strict=True)
    for bucket, archive, values in sources:
        with zipfile.ZipFile(io.BytesIO(s3._get_object_data(bucket, archive))) as files:
            for name in (entry for entry in files.namelist() if not entry.endswith("/")):
                content = files.read(name)
                for marker, value in values.items():
                    content = content.replace(marker.encode(), str(value).encode())
                status, *_ = s3._put_object(properties["DestinationBucketName"], name, content, properties["SystemMetadata"])
                if status >= 400:
                    raise ValueError(f"{name} could not be copied")
                keys.append(name)
    return identifier("files"), {"ObjectKeys": keys}


def copy_files_again(physical_id, old_properties, properties, stack_name):
    return physical_id, copy_files(physical_id, properties, stack_name)[1]


# Their deletion deletes nothing, unless it is given as the second of a pair.
ADDED = {
    "AWS::EC2::EIP": create_address,
    # PLACEHOLDER: nothing leaves the emulated network.
    "AWS::EC2::NatGateway": placeholder("nat", "NatGatewayId"),
    # PLACEHOLDER: there are no flows to log.
    "AWS::EC2::FlowLog": placeholder("fl"),
    "AWS::EC2::SecurityGroupIngress": security_group_rule("IpPermissions"),
    "AWS::EC2::SecurityGroupEgress": security_group_rule("IpPermissionsEgress"),
    # PLACEHOLDER: there are no pages to sign in at.
    "AWS::Cognito::ManagedLoginBranding": placeholder("branding"),
    "AWS::WAFv2::IPSet": (create_address_set, delete_address_set),
    # PLACEHOLDERS: no request passes the firewall.
    "AWS::WAFv2::LoggingConfiguration": placeholder("waf-logging"),
    "AWS::WAFv2::WebACLAssociation": placeholder("waf-association"),
    "AWS::Budgets::Budget": (create_budget, delete_budget),
    "AWS::ECS::ClusterCapacityProviderAssociations": set_capacity_providers,
    # PLACEHOLDERS: no service is ever scaled.
    "AWS::ApplicationAutoScaling::ScalableTarget": placeholder("scalable-target"),
    "AWS::ApplicationAutoScaling::ScalingPolicy": placeholder("scaling-policy"),
    "AWS::CloudFront::VpcOrigin": (create_vpc_origin, delete_vpc_origin),
    # PLACEHOLDER: it would call the function that migrates the billing database, and there is no PostgreSQL behind the emulated one.
    "Custom::Trigger": placeholder("trigger"),
    "Custom::CDKBucketDeployment": copy_files,
}

for name, functions in ADDED.items():
    assert name not in provisioners._RESOURCE_HANDLERS, f"MiniStack knows {name} by itself now"
    create, delete = functions if isinstance(functions, tuple) else (functions, delete_nothing)
    provisioners._RESOURCE_HANDLERS[name] = {"create": create, "delete": delete}

provisioners._RESOURCE_HANDLERS["Custom::CDKBucketDeployment"]["update"] = copy_files_again
provisioners._RESOURCE_HANDLERS["Custom::Trigger"]["update"] = lambda physical_id, *_properties: (physical_id, {})


def add_attributes(name, attributes_of):
    """Attributes for Fn::GetAtt that AWS has and MiniStack does not answer."""
    handler = provisioners._RESOURCE_HANDLERS[name]
    create = handler["create"]

    def create_with_attributes(logical_id, properties, stack_name):
        physical_id, attributes = create(logical_id, properties, stack_name)
        return physical_id, {**attributes_of(properties), **attributes}

    provisioners._RESOURCE_HANDLERS[name] = {**handler, "create": create_with_attributes}


add_attributes("AWS::EC2::VPC", lambda properties: {"CidrBlock": properties["CidrBlock"]})
# PLACEHOLDER: RDS would make the secret; nobody signs in to a database that is not there.
add_attributes(
    "AWS::RDS::DBInstance",
    lambda properties: {
        "MasterUserSecret.SecretArn": f"arn:aws:secretsmanager:{get_region()}:{get_account_id()}:secret:rds!db-emulated"
    },
)

def placeholder_where(name, is_unsupported, stand_in):
    """PLACEHOLDER for those resources of a type that MiniStack refuses though AWS does not."""
    handler = provisioners._RESOURCE_HANDLERS[name]
    stood_in = set()

    def create(logical_id, properties, stack_name):
        if not is_unsupported(properties):
            return handler["create"](logical_id, properties, stack_name)
        physical_id, attributes = stand_in(logical_id, properties, stack_name)
        stood_in.add(physical_id)
        return physical_id, attributes

    def update(physical_id, old_properties, properties, stack_name, logical_id=None):
        if physical_id in stood_in or "update" not in handler:
            return physical_id, {"Arn": physical_id}
        rest = (logical_id,) if handler.get("update_with_logical_id") else ()
        return handler["update"](physical_id, old_properties, properties, stack_name, *rest)

    def delete(physical_id, properties):
        if physical_id not in stood_in:
            handler["delete"](physical_id, properties)

    provisioners._RESOURCE_HANDLERS[name] = {**handler, "create": create, "update": update, "delete": delete}


def secret_named_by_arn():
    """Ref of a secret is its ARN; MiniStack has its name there.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    """
    handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]

    def name_of(arn):
        return arn.split(":secret:")[1].rpartition("-")[0]

    def create(logical_id, properties, stack_name):
        _name, attributes = handler["create"](logical_id, properties, stack_name)
        return attributes["Arn"], attributes

    def update(physical_id, old_properties, properties, stack_name, logical_id=None):
        _name, attributes = handler["update"](name_of(physical_id), old_properties, properties, stack_name, logical_id)
        return attributes["Arn"], attributes

    def delete(physical_id, properties):
        handler["delete"](name_of(physical_id), properties)

    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"] = {
        **handler,
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
    }


secret_named_by_arn()

# Alarms over several metrics at once.
placeholder_where("AWS::CloudWatch::Alarm", lambda properties: "Metrics" in properties, placeholder("alarm"))
