"""What the terminal says once everything serves: the address, and what to try first. Chinese first, then English."""

from __future__ import annotations

import segno

from infra.certificate import names_of_this_machine
from infra.plan import Plan

_DEMO = """
  联医已启动：{address}    （按 Ctrl-C 停止）
  先试试：打开网址，在登录页选一位演示患者预约复诊；再开一个无痕窗口，以演示医生登录接诊，两边即可视频。
  Lianyi is running at {address}    (Ctrl-C stops it)
  Try first: sign in as one of the demo patients and book a follow-up visit; then sign in as a demo doctor in a
  private window and call the patient. The API is described at {address}/api-docs/, logs are in {logs}.
"""
_REAL = """
  联医已启动：{address}    （按 Ctrl-C 停止）
  首次使用：`.venv/bin/python -m server admin create --help` 创建管理员，会打印一次性登记链接。
  Lianyi is running at {address}    (Ctrl-C stops it)
  First use: `.venv/bin/python -m server admin create --help` makes an administrator and prints a one-time enrolment link.
  The API is described at {address}/api-docs/, logs are in {logs}.
"""
_PHONES = """
  手机（同一局域网，首次打开时接受自签名证书）  Phones in this network (accept the self-signed certificate once):
"""


def announce(plan: Plan, seconds: float) -> None:
    """Print the address and the first things to try."""
    text = _DEMO if plan.demo else _REAL
    print(text.format(address=plan.address, logs=plan.data_dir / "logs"), flush=True)
    if plan.tls:
        _show_to_phones(plan)
    print(f"  Ready in {seconds:.1f} s.", flush=True)


def _show_to_phones(plan: Plan) -> None:
    """Every address of this machine in the local network, the first one also as a code to scan."""
    outside = [name for name in names_of_this_machine() if name.count(".") == 3 and not name.startswith("127.")]
    print(_PHONES + "\n".join(f"    https://{name}:{plan.port}" for name in outside), flush=True)
    if outside:
        segno.make(f"https://{outside[0]}:{plan.port}").terminal(compact=True, border=2)
