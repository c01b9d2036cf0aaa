"""What both clients share: requests and their validation, replies, errors, and which reply
belongs to which request. It is pure: no socket, thread, event loop or clock.
"""
