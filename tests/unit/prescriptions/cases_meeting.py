"""One accepted and one refused prescription per rule of what meets: allergy, duplicates, diagnoses, interactions, herbs."""

from __future__ import annotations

from typing import Any, Final

from prescriptions.checks.finding import Level
from prescriptions.checks.picture import Allergy, Diagnosis, Item, Kind, Picture

from .cases import Case
from .pictures import a_patient, a_picture, a_result, a_woman, an_item, several, taking


def allergic(to: str, reaction: str, *items: Item) -> Picture:
    """These lines for somebody allergic to this."""
    return a_picture(*items, patient=a_patient(allergies=(Allergy(to, reaction),)))


def diagnosed(code: str, *items: Item, name: str = "") -> Picture:
    """These lines for somebody with hypertension and this."""
    return a_picture(*items, patient=a_patient(diagnoses=(Diagnosis("I10", "原发性高血压"), Diagnosis(code, name))))


def with_results(*results: tuple[str, str, int], items: tuple[Item, ...]) -> Picture:
    """These lines for somebody with results: code, value, days ago."""
    return a_picture(*items, patient=a_patient(results=tuple(a_result(c, v, days_ago=d) for c, v, d in results)))


def pieces(*herbs: str | tuple[str, str], **changes: Any) -> Picture:
    """A sheet of pieces, each with 3 g or the grams given."""
    named = [herb if isinstance(herb, tuple) else (herb, "3") for herb in herbs]
    items = (an_item(name, grams, line, unit="g") for line, (name, grams) in enumerate(named, 1))
    return a_picture(*items, kind=Kind.TCM_PIECES, **changes)


AMOXICILLIN: Final = an_item("阿莫西林", "500", frequency="tid", note="皮试阴性（2026-11-20）")
CEFUROXIME: Final = an_item("头孢呋辛酯", "250", frequency="bid")
PREGNANT: Final = a_woman(pregnant=True, pregnancy_weeks=20)

ALLERGY: Final = (
    Case("CR001", Level.STOP, allergic("磺胺类", "皮疹", AMOXICILLIN), allergic("青霉素", "皮疹", AMOXICILLIN), "its class"),
    Case("E4", Level.STOP, allergic("阿莫西林", "皮疹", an_item()), allergic("氨氯地平", "皮疹", an_item()), "the very drug"),
    Case("E4", Level.STOP, allergic("扑米酮", "", an_item()), allergic("某新药", "", an_item("某新药")), "by its name alone"),
    Case("CR002", Level.STOP, allergic("青霉素", "皮疹", CEFUROXIME), allergic("青霉素", "过敏性休克", CEFUROXIME),
         "a grave reaction crosses over"),
    Case("CR003", Level.CONFIRM, allergic("青霉素", "过敏性休克", CEFUROXIME), allergic("青霉素", "皮疹", CEFUROXIME),
         "a mild one is confirmed"),
    Case("CR022", Level.STOP, allergic("青霉素类", "", an_item("塞来昔布", "200")),
         allergic("复方磺胺甲噁唑", "皮疹", an_item("塞来昔布", "200")), "a sulfonamide by its name"),
    Case("CR030", Level.CONFIRM, allergic("磺胺", "", an_item()),
         allergic("磺胺", "", an_item("厄贝沙坦氢氯噻嗪", "1")), "within a combination"),
    Case("CR035", Level.STOP, allergic("ACEI", "干咳", an_item("沙库巴曲缬沙坦", "100", frequency="bid")),
         allergic("ACEI", "血管性水肿", an_item("沙库巴曲缬沙坦", "100", frequency="bid")), "cough is no angioedema"),
    Case("CR042", Level.STOP, allergic("瑞舒伐他汀", "肌痛", an_item("瑞舒伐他汀", "10")),
         allergic("瑞舒伐他汀", "皮疹", an_item("瑞舒伐他汀", "10")), "myalgia is no allergy"),
    Case("CR073", Level.CONFIRM, allergic("丙硫氧嘧啶", "粒细胞缺乏", an_item("甲巯咪唑", "10")),
         allergic("丙硫氧嘧啶", "轻度皮疹", an_item("甲巯咪唑", "10")), "a mild rash goes to the specialist"),
    Case("E4", Level.WARNING, a_picture(), a_picture(patient=a_patient(allergies=None)), "nobody asked"),
    Case("E4", Level.WARNING, allergic("青霉素", "", an_item()), allergic("海鲜", "", an_item()), "not in the data"),
    Case("CR070", Level.STOP, pieces("当归", patient=a_patient(allergies=(Allergy("川芎", "皮疹"),))),
         pieces("全当归", patient=a_patient(allergies=(Allergy("当归", "皮疹"),))), "a herb by its other name"),
)  # fmt: skip

DUPLICATES: Final = (
    Case("E5", Level.STOP, a_picture(*several("氨氯地平", "缬沙坦")), a_picture(*several("氨氯地平", "氨氯地平")),
         "one drug twice"),
    Case("E5", Level.STOP, a_picture(*several("厄贝沙坦", "氨氯地平")), a_picture(*several("缬沙坦氨氯地平", "氨氯地平")),
         "a component of a combination"),
    Case("E5", Level.STOP, a_picture(*several("酒石酸美托洛尔", "氨氯地平")),
         a_picture(*several("酒石酸美托洛尔", "琥珀酸美托洛尔缓释片")), "two salts"),
    Case("E5", Level.CONFIRM, a_picture(current=(taking("氨氯地平"),)), a_picture(current=(taking("缬沙坦氨氯地平"),)),
         "taken already, not a refill"),
    Case("E5", Level.CONFIRM, a_picture(*several("氨氯地平", "氨氯地平")),
         a_picture(*several("氨氯地平", "氨氯地平", reason="两种规格")), "twice with a reason"),
    Case("IX136", Level.CONFIRM, a_picture(*several("阿托伐他汀", "依折麦布")), a_picture(*several("阿托伐他汀", "瑞舒伐他汀")),
         "two of a class"),
    Case("IX209", Level.STOP, a_picture(*several("维拉帕米", "缬沙坦")), a_picture(*several("维拉帕米", "地尔硫䓬")),
         "two of a class that must not meet"),
    Case("IX209", Level.CONFIRM, a_picture(*several("维拉帕米")),
         a_picture(*several("维拉帕米"), current=(taking("地尔硫䓬"),)), "replacing one taken already is confirmed"),
    Case("E5", Level.INFORMATION, a_picture(*several("阿司匹林", "氨氯地平")), a_picture(*several("阿司匹林", "氯吡格雷")),
         "a class of which two may be meant"),
    Case("TC439", Level.STOP, a_picture(an_item("格列美脲", "2"), current=(taking("银杏叶片"),)),
         a_picture(an_item("格列美脲", "2"), current=(taking("消渴丸"),)), "a western drug in a patent medicine"),
    Case("E5", Level.CONFIRM, pieces("当归", "川芎"), pieces("当归", "全当归"), "one herb by two names"),
)  # fmt: skip

DIAGNOSES: Final = (
    Case("CI067", Level.STOP, diagnosed("I49", an_item("吡格列酮", "15")), diagnosed("I50.900x001", an_item("吡格列酮", "15"))),
    Case("CI065", Level.STOP, diagnosed("I44.0", an_item("维拉帕米", "120")), diagnosed("I44.1", an_item("维拉帕米", "120")),
         "another fourth character"),
    Case("CI063", Level.CONFIRM, diagnosed("J44", an_item("比索洛尔", "5")), diagnosed("J45.9", an_item("比索洛尔", "5"))),
    Case("CI061", Level.STOP, diagnosed("M10", an_item("普萘洛尔", "20")), diagnosed("j45.901", an_item("普萘洛尔", "20"))),
    Case("E9", Level.NOT_COVERED, diagnosed("J45", an_item("普萘洛尔", "20")),
         diagnosed("", an_item("普萘洛尔", "20"), name="哮喘"), "a diagnosis without a code"),
)  # fmt: skip

INTERACTIONS: Final = (
    Case("IX066", Level.STOP, a_picture(*several("单硝酸异山梨酯", "氨氯地平")),
         a_picture(*several("单硝酸异山梨酯", "西地那非"))),
    Case("IX005", Level.CONFIRM, a_picture(*several("缬沙坦", "氨氯地平")), a_picture(*several("缬沙坦", "螺内酯"))),
    Case("IX023", Level.WARNING, a_picture(*several("辛伐他汀", "缬沙坦")), a_picture(*several("辛伐他汀", "氨氯地平"))),
    Case("IX023", Level.WARNING, a_picture(*several("辛伐他汀", "厄贝沙坦氢氯噻嗪")),
         a_picture(*several("辛伐他汀", "缬沙坦氨氯地平")), "within a combination"),
    Case("IX019", Level.CONFIRM, a_picture(an_item("胺碘酮", "200"), current=(taking("缬沙坦"),)),
         a_picture(an_item("胺碘酮", "200"), current=(taking("地高辛"),)), "with what is taken already"),
    Case("IX027", Level.STOP, a_picture(an_item("辛伐他汀", "20"), current=(taking("克拉霉素", 0),)),
         a_picture(an_item("辛伐他汀", "20"), current=(taking("克拉霉素", 3),)), "while it lasts"),
    Case("IX027", Level.CONFIRM, a_picture(an_item("辛伐他汀", "20")),
         a_picture(an_item("辛伐他汀", "20"), current=(taking("克拉霉素", 0),)), "one step less when its supply is over"),
    Case("IX122", Level.CONFIRM, a_picture(an_item("甲硝唑", "200", frequency="tid")),
         a_picture(an_item("甲硝唑", "200", frequency="tid"), current=(taking("饮酒"),)), "alcohol, as people say it"),
)  # fmt: skip

WARFARIN: Final = (an_item("华法林", "3"),)
CARBAMAZEPINE: Final = (an_item("卡马西平", "100", frequency="bid"),)
RESULTS: Final = (
    Case("CI109", Level.CONFIRM, with_results(("INR", "2.3", 28), items=WARFARIN), with_results(items=WARFARIN), "no INR"),
    Case("CI109", Level.CONFIRM, with_results(("6301-6", "2.3", 5), items=WARFARIN),
         with_results(("INR", "2.3", 29), items=WARFARIN), "an old INR"),
    Case("CI110", Level.CONFIRM, with_results(("血钾", "4.2", 30), items=(an_item("螺内酯", "20"),)),
         with_results(("血钾", "4.2", 91), items=(an_item("螺内酯", "20"),))),
    Case("CI258", Level.CONFIRM, with_results(("白细胞", "6", 9), ("ALT", "20", 9), items=several("甲氨蝶呤(每周一次)")),
         with_results(("白细胞", "6", 9), items=several("甲氨蝶呤(每周一次)")), "one of two is missing"),
    Case("CI107", Level.CONFIRM, with_results(("HLA-B*15:02", "阴性", 900), items=CARBAMAZEPINE),
         with_results(items=CARBAMAZEPINE), "before the first use"),
    Case("CI107", Level.CONFIRM, a_picture(*CARBAMAZEPINE, current=(taking("卡马西平"),)),
         a_picture(*CARBAMAZEPINE, current=(taking("卡马西平"),),
                   patient=a_patient(results=(a_result("HLA-B*15:02", "阳性"),))), "a carrier, also when it is taken already"),
)  # fmt: skip

HERBS: Final = (
    Case("TC003", Level.STOP, pieces("川乌", "瓜蒌", setting=a_picture().setting), pieces("乌头", "瓜蒌皮"), "by an old name"),
    Case("TC186", Level.STOP, pieces("黑顺片", "白芍"), pieces("制附子", "法半夏"), "processed names"),
    Case("TC057", Level.STOP, pieces("丁香", "肉桂"), pieces("公丁香", "郁金")),
    Case("TC354", Level.WARNING, pieces("藜芦", "甘草"), pieces("藜芦", "太子参"), "a traditional caution"),
    Case("TC071", Level.STOP, pieces("三棱", patient=a_woman()), pieces("三棱", patient=PREGNANT), "forbidden in pregnancy"),
    Case("TC071", Level.WARNING, pieces("三棱", patient=a_woman()), pieces("三棱", patient=a_woman(pregnant=None)), "ask first"),
    Case("TC092", Level.CONFIRM, pieces("桃仁", patient=a_woman()), pieces("桃仁", patient=PREGNANT), "caution in pregnancy"),
    Case("TC148", Level.CONFIRM, pieces(("细辛", "3")), pieces(("细辛", "3.1")), "above the daily cap"),
    Case("TC090", Level.STOP, pieces("全蝎"), pieces("御米壳"), "never online"),
    Case("TC132", Level.WARNING, pieces("甘草"), pieces("甘草", current=(taking("地高辛"),)), "with a western drug"),
    Case("TC471", Level.STOP, a_picture(an_item("环孢素", "100"), current=(taking("三七片"),)),
         a_picture(an_item("环孢素", "100"), current=(taking("St John's wort"),)), "a herb taken already"),
)  # fmt: skip

SKIN_TEST: Final = (
    Case("E17", Level.CONFIRM, a_picture(AMOXICILLIN), a_picture(an_item("阿莫西林", "500", frequency="tid"))),
    Case("E17", Level.CONFIRM, a_picture(an_item("阿莫西林", "500", frequency="tid", note="免皮试")),
         a_picture(an_item("阿莫西林", "500", frequency="tid", note="须皮试")), "a test without its result"),
    Case("E17", Level.STOP, a_picture(AMOXICILLIN),
         a_picture(an_item("阿莫西林", "500", frequency="tid", note="青霉素皮试（+）")), "a positive test"),
)  # fmt: skip

CASES: Final = (*ALLERGY, *DUPLICATES, *DIAGNOSES, *INTERACTIONS, *RESULTS, *HERBS, *SKIN_TEST)
