"""Step Functions and Lambda through boto3, on the deployed pipeline and on machines of one's own."""
import json

import boto3
import pytest
from answers import until

states = boto3.client("stepfunctions")


@pytest.fixture
def make_machine(account, unique):
    made = []

    def make(definition):
        arn = states.create_state_machine(name=f"python-{unique}-{len(made)}", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{account}:role/states")["stateMachineArn"]
        made.append(arn)
        return arn

    yield make
    for arn in made:
        states.delete_state_machine(stateMachineArn=arn)


def end_of(arn):
    return until(lambda: (found := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and found, "the end of the execution")


def history(arn):
    pages = states.get_paginator("get_execution_history").paginate(executionArn=arn, PaginationConfig={"PageSize": 3})
    return [event for page in pages for event in page["events"]]


def test_a_machine_runs_and_its_history_is_read_page_by_page(make_machine):
    machine = make_machine({"StartAt": "Add", "States": {"Add": {"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd($.a, 1)"}, "Next": "Big"}, "Big": {"Type": "Choice", "Choices": [{"Variable": "$.sum", "NumericGreaterThan": 2, "Next": "Yes"}], "Default": "No"}, "Yes": {"Type": "Succeed"}, "No": {"Type": "Fail", "Error": "TooSmall", "Cause": "not enough"}}})
    arn = states.start_execution(stateMachineArn=machine, name="big", input='{"a": 2}')["executionArn"]
    done = end_of(arn)
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"sum": 3})
    events = history(arn)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events] == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ChoiceStateEntered", "ChoiceStateExited", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"]
    backwards = states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)["events"]
    assert backwards[0]["type"] == "ExecutionSucceeded"

    failed = end_of(states.start_execution(stateMachineArn=machine, input='{"a": 0}')["executionArn"])
    assert (failed["status"], failed["error"], failed["cause"]) == ("FAILED", "TooSmall", "not enough")
    listed = [one for page in states.get_paginator("list_executions").paginate(stateMachineArn=machine, PaginationConfig={"PageSize": 1}) for one in page["executions"]]
    assert [one["status"] for one in listed] == ["FAILED", "SUCCEEDED"]


def test_the_same_name_with_the_same_input_is_the_same_execution(make_machine):
    machine = make_machine({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}})
    first = states.start_execution(stateMachineArn=machine, name="once", input="{}")
    assert states.start_execution(stateMachineArn=machine, name="once", input="{}")["executionArn"] == first["executionArn"]
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=machine, name="once", input='{"other": 1}')
    states.stop_execution(executionArn=first["executionArn"], error="Stopped", cause="by a person")
    assert end_of(first["executionArn"])["status"] == "ABORTED"


def test_a_machine_invokes_a_function_and_catches_what_it_throws(make_machine, account):
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": f"arn:aws:lambda:us-east-1:{account}:function:dev-plan-ingest", "Payload": {"nonsense": True}}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], "End": True}
    machine = make_machine({"StartAt": "Plan", "States": {"Plan": task, "Caught": {"Type": "Pass", "End": True}}})
    arn = states.start_execution(stateMachineArn=machine)["executionArn"]
    done = end_of(arn)
    assert done["status"] == "SUCCEEDED" and json.loads(done["output"])["Error"]
    assert "TaskFailed" in [event["type"] for event in history(arn)]


@pytest.mark.parametrize("why, definition", [("no JSON", "{"), ("no states", '{"StartAt": "A"}'), ("an unknown state", '{"StartAt": "A", "States": {"B": {"Type": "Succeed"}}}')])
def test_a_definition_is_refused_for(why, definition, account):
    with pytest.raises(states.exceptions.InvalidDefinition):
        states.create_state_machine(name="refused", definition=definition, roleArn=f"arn:aws:iam::{account}:role/states")


def test_deployed_machines_and_functions_are_listed_and_described(account):
    machines = [one["name"] for page in states.get_paginator("list_state_machines").paginate() for one in page["stateMachines"]]
    assert {"dev-ingest", "dev-build-dataset"} <= set(machines)
    arn = f"arn:aws:states:us-east-1:{account}:stateMachine:dev-ingest"
    assert json.loads(states.describe_state_machine(stateMachineArn=arn)["definition"])["States"]
    functions = [one["FunctionName"] for page in boto3.client("lambda").get_paginator("list_functions").paginate() for one in page["Functions"]]
    assert "dev-serve-features" in functions


def test_a_function_is_invoked_and_answers_or_fails():
    invoke = boto3.client("lambda").invoke
    answer = invoke(FunctionName="dev-reconcile", Payload=b"{}", LogType="Tail")
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer and "LogResult" in answer
    assert "looked" in json.loads(answer["Payload"].read())
    failed = invoke(FunctionName="dev-plan-ingest", Payload=b'{"nonsense": true}')
    assert failed["FunctionError"] == "Unhandled" and json.loads(failed["Payload"].read())["errorType"]
    assert invoke(FunctionName="dev-reconcile", InvocationType="Event")["StatusCode"] == 202
    with pytest.raises(boto3.client("lambda").exceptions.ResourceNotFoundException):
        invoke(FunctionName="nothing")
