"""MiniStack with those CloudFormation types of our templates that it does not know. Run instead of the command `ministack`.

What has nothing behind it here (addresses, gateways, logs of flows, the look of sign-in pages) gets an identifier and no more; rules of
security groups are really written. A type that a newer MiniStack knows by itself stops the start, so that it is taken out of this list.
"""

from ministack.core.responses import get_account_id, get_region  # noqa: F401  (their import makes the account known first)
from ministack.services import ec2
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


def placeholder(prefix, **attributes):
    def create(logical_id, properties, stack_name):
        physical_id = identifier(prefix)
        return physical_id, {"Id": physical_id, "Arn": f"arn:aws:{prefix}:{get_region()}:{get_account_id()}:{physical_id}", **attributes}

    return create


def nat_gateway(logical_id, properties, stack_name):
    physical_id = identifier("nat")
    return physical_id, {"NatGatewayId": physical_id}


def security_group_rule(direction):
    def create(logical_id, properties, stack_name):
        rules = provisioners._ec2_sg_permissions([properties])
        ec2._security_groups[properties["GroupId"]][direction].extend(rules)
        return f"sgr-{logical_id}", {"Id": f"sgr-{logical_id}"}

    return create


def delete_nothing(physical_id, properties):
    pass


ADDED = {
    "AWS::EC2::EIP": create_address,
    "AWS::EC2::NatGateway": nat_gateway,
    "AWS::EC2::FlowLog": placeholder("fl"),
    "AWS::EC2::SecurityGroupIngress": security_group_rule("IpPermissions"),
    "AWS::EC2::SecurityGroupEgress": security_group_rule("IpPermissionsEgress"),
    "AWS::Cognito::ManagedLoginBranding": placeholder("branding"),
}

for name, create in ADDED.items():
    assert name not in provisioners._RESOURCE_HANDLERS, f"MiniStack knows {name} by itself now"
    provisioners._RESOURCE_HANDLERS[name] = {"create": create, "delete": delete_nothing}


def add_attributes(name, attributes_of):
    """Attributes for Fn::GetAtt that AWS has and MiniStack does not answer."""
    handler = provisioners._RESOURCE_HANDLERS[name]
    create = handler["create"]

    def create_with_attributes(logical_id, properties, stack_name):
        physical_id, attributes = create(logical_id, properties, stack_name)
        return physical_id, {**attributes_of(properties), **attributes}

    provisioners._RESOURCE_HANDLERS[name] = {**handler, "create": create_with_attributes}


add_attributes("AWS::EC2::VPC", lambda properties: {"CidrBlock": properties["CidrBlock"]})

if __name__ == "__main__":
    from ministack.app import main

    main()
