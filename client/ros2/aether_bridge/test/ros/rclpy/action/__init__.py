from .server import ActionServer as ActionServer
from .server import CancelResponse as CancelResponse
from .server import GoalResponse as GoalResponse
