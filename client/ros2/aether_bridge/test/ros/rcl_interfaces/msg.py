from standin import message

ParameterDescriptor = message("ParameterDescriptor", name="string", description="string", read_only="bool")
