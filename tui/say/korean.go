package say

// korean is the screen in Korean. Terms that engineers write in Latin letters stay as they are.
var korean = map[string]string{
	// states and levels
	"known": "등록", "unconfirmed": "미확인", "unknown": "미등록", "no-list": "목록없음",
	"normal": "정상", "watch": "주시", "suspicious": "의심", "alert": "경보",

	// titles of the table
	"state": "상태", "pts": "점", "verdict": "판정", "op": "망", "operator": "사업자", "ports": "포트", "clock": "클럭", "radio": "송신기",
	"age": "전", "against it": "의심 근거",

	// pages and their status
	"cells": "셀", "sweep": "탐색", "alerts": "경보", "hunt": "추적",
	"starting": "시작 중", "the survey has ended": "조사가 끝났습니다", "HELD on one carrier": "한 반송파에 고정",
	"round %d %.0f %%": "%d회차 %.0f %%", "nothing lost": "손실 없음", "! LOST %d": "! 손실 %d", "1 cell": "셀 1개", "%d cells": "셀 %d개",
	"!! radio silent for %s: %s":                            "!! 수신기 응답 없음 %s: %s",
	"1 unknown cell":                                        "미등록 셀 1개",
	"%d unknown cells":                                      "미등록 셀 %d개",
	"1 suspicious cell":                                     "의심 셀 1개",
	"%d suspicious cells":                                   "의심 셀 %d개",
	"no cell found yet":                                     "아직 찾은 셀이 없습니다",
	"no cell is unknown: %d known, %d unconfirmed":          "미등록 셀 없음: 등록 %d, 미확인 %d",
	"no list of known cells: nothing can be called unknown": "등록 목록이 없어 미등록 여부를 알 수 없습니다",
	"no list of known cells: press L to learn what is here as a baseline":        "등록 목록이 없습니다: L을 누르면 지금 들리는 셀을 기준으로 저장합니다",
	"what was unknown or suspicious is so no more; %d not acknowledged: press 3": "미등록이거나 의심스럽던 셀이 이제는 아닙니다; 확인 안 한 경보 %d건: 3을 누르세요",

	// the table
	"all": "전체", "unknown and suspicious": "미등록과 의심", "unconfirmed and no-list": "미확인과 목록없음",
	"urgency": "긴급도", "carrier": "반송파", "FROZEN": "화면 고정", "only %s": "%s만", "with %q": "%q 포함", "by %s": "%s별", "%d of %d": "%d / %d",
	"not read": "미수신", "   %d more lines: press enter": "   %d줄 더 있음: enter를 누르세요", "   %d more lines: press %s": "   %d줄 더 있음: %s를 누르세요",

	// keys
	"up": "위로", "down": "아래로", "first": "처음", "last": "마지막", "page up": "이전 쪽", "page down": "다음 쪽", "before": "이전", "next": "다음",
	"why?": "이유", "back": "뒤로", "next screen": "다음 화면", "help": "도움말", "a shell; the survey goes on": "셸 (조사는 계속)",
	"search": "검색", "filter": "거르기", "group": "묶기", "freeze": "고정", "learn": "기준 저장", "accept": "등록", "suppress": "보류", "record IQ": "IQ 녹음",
	"acknowledge": "확인", "acknowledge all": "모두 확인", "bearing": "방위", "tick on, off": "소리 켬, 끔", "forget the peak": "최고값 지우기",
	"quit": "종료", "interrupt (exit code 130)": "중단 (종료 코드 130)",

	// help
	"in no list that should hold it":                     "있어야 할 목록에 없음",
	"in the list or not, what it does speaks against it": "목록과 상관없이 동작이 의심스러움",
	"fits a listed cell, its identity was not read":      "목록의 셀과 맞지만 식별자를 읽지 못함",
	"no list covers this place":                          "이곳을 다루는 목록이 없음",
	"its identity is in the list":                        "식별자가 목록에 있음",
	"RSRP dBFS (dBm once calibrated) · SINR dB · ppm: how far its carrier stands off all others' · BW MHz · eNB/sector and TAC once SIB1 was read, h: identity of a home eNB · pts: what its findings weigh, 0 to 100 · age since last seen": "RSRP dBFS (보정되면 dBm) · SINR dB · ppm: 다른 셀들의 반송파와의 차이 · BW MHz · eNB/sector와 TAC는 SIB1을 읽은 뒤, h: 가정용 eNB의 식별자 · 점: 근거의 무게, 0~100 · 전: 마지막으로 들린 뒤 지난 시간",

	// one cell
	"why": "이유", "signal": "신호", "hex": "원문", "versions": "변경 이력", "neighbours": "이웃",
	"this cell is no more: it was another's image, or is known by another name now": "이 셀은 이제 없습니다: 다른 셀의 허상이었거나 다른 이름으로 알려졌습니다",
	"no finding against this cell":                                                  "이 셀에 대한 의심 근거 없음",
	"no finding against this cell: no list says what should be here":                "이 셀에 대한 의심 근거 없음: 여기 무엇이 있어야 하는지 말하는 목록이 없음",
	"no finding against this cell: it fits the list, yet its identity was not read": "이 셀에 대한 의심 근거 없음: 목록과 맞지만 식별자를 읽지 못함",
	"expected": "예상", "source": "출처", "not judged:": "판정 못 함:",
	"level and clock over time: nothing to draw yet": "시간에 따른 세기와 클럭: 아직 그릴 것이 없음",
	"from %s to %s ago":         "%s 전부터 %s 전까지",
	"carrier, ppm around %+.3f": "반송파, %+.3f ppm 기준",
	"closed subscriber group":   "폐쇄 가입자 그룹(CSG)", "barred": "접속 금지", "SIB1 not read": "SIB1 미수신", "stopped: %s": "중단: %s",
	"%+.3f ±%.3f ppm off %s": "%+.3f ±%.3f ppm, 비교 %s", "1 other": "셀 1개", "%d others": "셀 %d개",
	"1 port": "포트 1개", "%d ports": "포트 %d개", "%d CRC passed, %d failed": "CRC 통과 %d, 실패 %d",
	"%s ago, first at %.1f s, last at %.1f s, %s, transmitter %s": "%s 전, 처음 %.1f s, 마지막 %.1f s, %s, 송신기 %s",
	"1 look": "관측 1회", "%d looks": "관측 %d회", "identity": "식별자", "channel": "채널", "seen": "관측",
	"no system information was read": "시스템 정보를 읽지 못함", "read": "읽음", "not read yet": "아직 못 읽음",
	"public warning, SIB%d, message %d, serial %d:": "재난 문자, SIB%d, 메시지 %d, 일련번호 %d:",
	"1 octet": "1옥텟", "%d octets": "%d옥텟", "SI message %d": "SI 메시지 %d", "warning of SIB%d": "SIB%d 재난 문자", "nothing was read": "읽은 것이 없음",
	"  %s  first at %.1f s, last at %.1f s, %s": "  %s  처음 %.1f s, 마지막 %.1f s, %s", "read once": "1회 읽음", "read %d times": "%d회 읽음",
	"at %.1f s SIB1 went back to what it had said %.1f s before": "%.1f s에 SIB1이 %.1f s 전의 내용으로 돌아감",
	"listed by this cell: %d":                                    "이 셀이 알리는 이웃: %d", "SIB4 and SIB5 not read, or they name nobody": "SIB4와 SIB5를 읽지 못했거나 이웃이 없음",
	"not heard": "들리지 않음", "the carrier alone; heard on it: %d": "반송파만; 그 위에서 들린 셀: %d",
	"heard on its carrier and not listed: %d": "같은 반송파에서 들리지만 목록에 없음: %d", "cells that list it: %d": "이 셀을 알리는 셀: %d",
	"transmitter %s, %s": "송신기 %s, %s", "1 identity": "식별자 1개", "%d identities": "식별자 %d개", "from %.1f to %.1f s": "%.1f ~ %.1f s",
	"stands near %.5f, %.5f, within %.0f m":                   "추정 위치 %.5f, %.5f, 반경 %.0f m",
	"it moved, about %.0f m between %.0f and %.0f s":          "이동함, 약 %.0f m, %.0f ~ %.0f s",
	"at %.1f s its frames jumped: SFN %d was due, %d came":    "%.1f s에 프레임이 건너뜀: SFN %d 차례에 %d",
	"paging: %d messages; by S-TMSI %d, by IMSI %d, other %d": "페이징: 메시지 %d; S-TMSI %d, IMSI %d, 기타 %d",
	"how its system information is sent:":                     "시스템 정보 전송 방식:",

	// what is done about it
	"its identity has not been read yet: a PCI alone is no cell to accept": "식별자를 아직 읽지 못했습니다: PCI만으로는 등록할 수 없습니다",
	"accept PCI %d eNB %s: why does it belong here?":                       "PCI %d eNB %s 등록: 여기 있어야 하는 이유는?",
	"not accepted": "등록하지 못함", "not accepted: no reason given": "등록 안 함: 이유가 없습니다",
	"accepted for this survey alone: a simulated cell goes into no list of yours": "이번 조사에서만 등록: 모의 셀은 목록에 넣지 않습니다",
	"accepted, in the list %s":                                        "등록됨, 목록 %s",
	"its identity has not been read yet: nothing to excuse it by":     "식별자를 아직 읽지 못했습니다: 보류할 대상을 정할 수 없습니다",
	"no finding weighs anything against this cell":                    "이 셀에는 무게 있는 근거가 없습니다",
	"suppress until: days from now, or a day like 2026-12-01:":        "언제까지 보류? 며칠, 또는 2026-12-01 같은 날짜:",
	"not suppressed: type a number of days, or a day like 2026-12-01": "보류 안 함: 며칠인지, 또는 2026-12-01 같은 날짜를 입력하세요",
	"suppress until %s. Why does it not count?":                       "%s까지 보류. 이유는?",
	"not suppressed": "보류하지 못함", "not suppressed: no reason given": "보류 안 함: 이유가 없습니다",
	"1 finding weighs nothing until then": "그때까지 근거 1건을 보류합니다", "%d findings weigh nothing until then": "그때까지 근거 %d건을 보류합니다",
	"recording %s": "녹음 중: %s", "not recorded": "녹음하지 못함", "recorded: %s": "녹음됨: %s",
	"nothing to learn yet: no cell found":         "저장할 것이 없습니다: 찾은 셀이 없음",
	"write a baseline of the %s seen here? y / n": "지금 들리는 %s를 기준으로 저장할까요? y / n",
	"no baseline written":                         "기준을 저장하지 않음", "%s written, %s: next time add --known %s": "%s 저장됨, %s: 다음에는 --known %s",
	"search operator, eNB, PCI, EARFCN, state:":                                 "검색 (사업자, eNB, PCI, EARFCN, 상태):",
	"choose a cell, then press %s":                                              "셀을 고른 뒤 %s를 누르세요",
	"the survey goes on; type exit to come back to it":                          "조사는 계속됩니다; exit를 입력하면 돌아옵니다",
	"the screen stands still, the survey goes on; kill -CONT %d brings it back": "화면은 멈추고 조사는 계속됩니다; kill -CONT %d 로 되돌립니다",
	"no shell": "셸을 열지 못함", "no shell on this system: open another terminal": "이 시스템에는 셸이 없습니다: 다른 터미널을 여세요",

	// the sweep
	"no spectrum yet": "아직 스펙트럼 없음", "tuning %d of %d": "주파수 %d / %d", "CHOSEN": "선택함", "now": "지금", "how it goes": "진행 상황",
	"%s silent for %s": "%s 응답 없음 %s", "%.1f looks/s": "관측 %.1f회/s", "gain %.0f dB": "이득 %.0f dB", "clipped %.2f %%": "포화 %.2f %%",
	"ppm not known yet, within ±%.0f": "ppm 아직 모름, ±%.0f 이내", "nothing heard of any radio yet, for %s": "수신기에서 아직 아무것도 오지 않음, %s",
	"ended after %.1f s: %s, %d with SIB1": "%.1f s 뒤 끝남: %s, SIB1 %d", "%d of %d carriers covered": "반송파 %d / %d 확인",
	"held on one carrier: the sweep waits": "한 반송파에 고정: 탐색 대기 중", "one tuning: nothing to sweep": "주파수 하나: 탐색할 것 없음",
	"round %d; tunings in the plan: %d; places looked at: %d": "%d회차; 계획된 주파수 %d개; 관측한 곳 %d개",
	"round %d, a closer look":                                 "%d회차, 자세히 보기",
	"position: not known (--gps names what knows it)":         "위치: 모름 (--gps로 지정)",
	"position: %.5f, %.5f by %s":                              "위치: %.5f, %.5f (%s)",
	"%s old":                                                  "%s 지남",

	// alerts
	"no alert: no cell was unknown or suspicious so far": "경보 없음: 지금까지 미등록이나 의심 셀이 없음",
	"%d not acknowledged, %d in all":                     "확인 안 함 %d건, 모두 %d건",
	"NEW":                                                "신규", "SEEN": "확인", "(gone)": "(사라짐)", "(now %s)": "(지금 %s)", "and %s": "그리고 %s",

	// the hunt
	"it calls itself PCI %d now, and was PCI %d": "이제 PCI %d를 씁니다 (이전 PCI %d)",
	"nothing is hunted":                          "추적 중인 셀 없음", "NOT HEARD": "들리지 않음", "listening": "듣는 중", "rising %+.1f dB": "강해짐 %+.1f dB", "falling %+.1f dB": "약해짐 %+.1f dB", "steady": "그대로",
	"peak %s": "최고 %s", "%.1f dB, %s ago": "%.1f dB, %s 전", "%.1f levels/s": "측정 %.1f회/s", "tick": "소리", "on": "켬", "off": "끔",
	"%.0f dB, gain taken out": "%.0f dB, 이득 제외", "the last %s": "최근 %s", "bearings": "방위 기록", "%s notes one": "%s로 기록", "%s ago": "%s 전",
	"bearing of the antenna in degrees, 0 is north:": "안테나 방위 (도, 북쪽이 0):", "not noted: type degrees from 0 to 360": "기록 안 함: 0에서 360 사이의 각도를 입력하세요",
}
