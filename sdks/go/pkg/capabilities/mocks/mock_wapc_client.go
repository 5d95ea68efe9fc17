// Package mocks has a host for tests, whose answers are those of the test: see
// [github.com/stretchr/testify/mock].
//
//	client := mocks.NewMockWapcClient(t)
//	client.EXPECT().HostCall("kubewarden", "net", "v1/dns_lookup_host", mock.Anything).Return(answer, nil)
//	host := capabilities.Host{Client: client}
package mocks

import "github.com/stretchr/testify/mock"

// MockWapcClient is a host for tests.
type MockWapcClient struct {
	mock.Mock
}

// NewMockWapcClient is a mock that fails the test at its end if a call that was expected did not happen.
func NewMockWapcClient(t interface {
	mock.TestingT
	Cleanup(func())
}) *MockWapcClient {
	client := &MockWapcClient{}
	client.Test(t)
	t.Cleanup(func() { client.AssertExpectations(t) })
	return client
}

// HostCall answers as the test said.
func (m *MockWapcClient) HostCall(binding, namespace, operation string, payload []byte) ([]byte, error) {
	values := m.Called(binding, namespace, operation, payload)
	if answer, ok := values.Get(0).(func(string, string, string, []byte) ([]byte, error)); ok {
		return answer(binding, namespace, operation, payload)
	}
	response, _ := values.Get(0).([]byte)
	return response, values.Error(1)
}

// MockWapcClient_Expecter sets up calls, with types.
type MockWapcClient_Expecter struct {
	mock *mock.Mock
}

// EXPECT sets up calls.
func (m *MockWapcClient) EXPECT() *MockWapcClient_Expecter {
	return &MockWapcClient_Expecter{mock: &m.Mock}
}

// HostCall expects a call. The arguments are values, or matchers such as [mock.Anything].
func (e *MockWapcClient_Expecter) HostCall(binding, namespace, operation, payload interface{}) *MockWapcClient_HostCall_Call {
	return &MockWapcClient_HostCall_Call{Call: e.mock.On("HostCall", binding, namespace, operation, payload)}
}

// MockWapcClient_HostCall_Call is an expected call.
type MockWapcClient_HostCall_Call struct {
	*mock.Call
}

// Return sets the answer.
func (c *MockWapcClient_HostCall_Call) Return(response []byte, err error) *MockWapcClient_HostCall_Call {
	c.Call.Return(response, err)
	return c
}

// Run sets what is run before the answer is given.
func (c *MockWapcClient_HostCall_Call) Run(
	run func(binding string, namespace string, operation string, payload []byte),
) *MockWapcClient_HostCall_Call {
	c.Call.Run(func(arguments mock.Arguments) {
		payload, _ := arguments.Get(3).([]byte)
		run(arguments.String(0), arguments.String(1), arguments.String(2), payload)
	})
	return c
}

// RunAndReturn sets a function that answers.
func (c *MockWapcClient_HostCall_Call) RunAndReturn(
	run func(string, string, string, []byte) ([]byte, error),
) *MockWapcClient_HostCall_Call {
	c.Call.Return(run)
	return c
}
