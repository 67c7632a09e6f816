"""Has MiniStack call the function that a user pool names for those who confirmed their address, as Cognito does.

Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
"""

from ministack.core.responses import error_response_json, get_region
from ministack.services import cognito, lambda_svc

confirm_without_trigger = cognito._confirm_sign_up


def confirm_sign_up(data):
    answer = confirm_without_trigger(data)
    if answer[0] >= 400:
        return answer
    pool_id, pool = next((name, pool) for name, pool in cognito._user_pools.items() if data["ClientId"] in pool["_clients"])
    function = (pool.get("LambdaConfig") or {}).get("PostConfirmation")
    if function is None:
        return answer
    user, _error = cognito._resolve_user(pool, data["Username"])
    attributes = {attribute["Name"]: attribute["Value"] for attribute in user["Attributes"]}
    event = {
        "version": "1",
        "triggerSource": "PostConfirmation_ConfirmSignUp",
        "region": get_region(),
        "userPoolId": pool_id,
        "userName": user["Username"],
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": data["ClientId"]},
        "request": {
            "userAttributes": {**attributes, "cognito:user_status": "CONFIRMED", "email_verified": "true"},
            "clientMetadata": data.get("ClientMetadata") or {},
        },
        "response": {},
    }
    record, configuration, _name = lambda_svc._get_func_record_for_ref(function)
    result = lambda_svc._execute_function_with_config_scope(lambda_svc._execution_record_for_config(record, configuration), event)
    if result.get("error"):
        return error_response_json("UserLambdaValidationException", f'PostConfirmation failed with error {result.get("body")}.', 400)
    return answer


cognito._confirm_sign_up = confirm_sign_up
