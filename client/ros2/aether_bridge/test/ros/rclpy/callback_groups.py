class CallbackGroup:
    busy = False

    def can_begin(self) -> bool:
        return True


class MutuallyExclusiveCallbackGroup(CallbackGroup):
    def can_begin(self) -> bool:
        return not self.busy
