#include "core/outage/explanation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

namespace gridmend {
namespace {

struct Wording {
  std::string_view en;
  std::string_view zh;
};

Wording device_wording(DeviceKind kind) {
  static constexpr std::array<Wording, kDeviceKinds> kWordings = {{
      {"line", "线路"},
      {"service drop", "接户线"},
      {"breaker", "断路器"},
      {"recloser", "重合器"},
      {"sectionaliser", "分段器"},
      {"fuse", "熔断器"},
      {"load-break switch", "负荷开关"},
      {"disconnector", "隔离开关"},
      {"transformer", "配电变压器"},
      {"voltage regulator", "调压器"},
      {"jumper", "跳线"},
  }};
  return kWordings[static_cast<std::size_t>(kind)];
}

struct KindWording {
  std::string_view kind;
  std::string_view one_en;
  std::string_view many_en;
  std::string_view zh;  // with its measure word
};

// What was heard and can be counted, in the order it is told.
constexpr std::array<KindWording, 9> kCounted = {{
    {"last_gasp", "last gasp", "last gasps", "条停电告警"},
    {"trouble_call", "trouble call", "trouble calls", "张报修工单"},
    {"ping_unanswered", "unanswered ping", "unanswered pings", "次召测无应答"},
    {"switch_position", "switch position", "switch positions", "条开关位置"},
    {"field_report", "field report", "field reports", "份现场报告"},
    {"fault_indicator", "fault indicator", "fault indicators", "个故障指示器信号"},
    {"ping_answered", "answered ping", "answered pings", "次召测有应答"},
    {"power_up", "power-up", "power-ups", "条复电上报"},
    {"meter_reading", "meter reading", "meter readings", "条电表读数"},
}};

struct Heard {
  std::string for_en, for_zh, against_en, against_zh;
};

void append(std::string& list, std::string_view separator, const std::string& item) {
  if (!list.empty()) list += separator;
  list += item;
}

Heard heard(const Outage& outage) {
  Heard said;
  for (const KindWording& wording : kCounted) {
    const auto share = std::ranges::find(outage.why, wording.kind, &EvidenceShare::kind);
    if (share == outage.why.end() || share->items == 0 || share->log_odds == 0) continue;
    const std::string count = std::to_string(share->items);
    const bool dark = share->log_odds > 0;
    append(dark ? said.for_en : said.against_en, ", ",
           count + " " + std::string{share->items == 1 ? wording.one_en : wording.many_en});
    append(dark ? said.for_zh : said.against_zh, "、", count + std::string{wording.zh});
  }
  return said;
}

Wording certainty(double p) {
  if (p >= .95) return {"almost certainly", "几乎可以确定"};
  if (p >= .7) return {"probably", "很可能"};
  if (p >= .4) return {"possibly", "可能"};
  return {"perhaps", "或许"};
}

std::string named(std::string_view kind, std::string_view mrid) {
  return std::string{kind} + " " + std::string{mrid};
}

// How they may be fed otherwise than on record.
void add_feeds(const NetworkModel& network, const Outage& outage, std::string& en,
               std::string& zh) {
  std::string list_en, list_zh;
  for (const PossibleFeed& feed : outage.fed_through) {
    const Wording wording = device_wording(network.devices()[feed.device].kind);
    const std::string mrid{network.mrid(feed.device)};
    append(list_en, " or ", named(wording.en, mrid) + " (" + percent(feed.probability) + ")");
    append(list_zh, "或", named(wording.zh, mrid) + "（" + percent(feed.probability) + "）");
  }
  if (list_en.empty()) return;
  en += "; they may be fed through " + list_en +
        ", whose position nobody is sure of, instead of as recorded";
  zh += "；也可能并非按记录供电，而是经位置未确认的" + list_zh + "供电";
}

void explain_switched_off(const NetworkModel& network, Outage& outage) {
  const Device& device = network.devices()[outage.probable.device];
  const Wording wording = device_wording(device.kind);
  const bool safety = outage.cause == OutageCause::de_energised_for_safety;
  const std::string mrid{network.mrid(outage.probable.device)};
  const std::string customers = std::to_string(outage.customers_affected);
  outage.explanation_en =
      "Switched off on purpose" +
      std::string{safety                                 ? " for safety"
                  : outage.cause == OutageCause::planned ? " for planned work"
                                                         : " to isolate a fault"} +
      " at " + named(wording.en, mrid) + ": " + customers +
      " customers without supply, nothing to repair at the switch";
  outage.explanation_zh = std::string{safety                                 ? "因安全原因"
                                      : outage.cause == OutageCause::planned ? "因计划检修"
                                                                             : "为隔离故障"} +
                          "在" + named(wording.zh, mrid) + "主动停电：影响" + customers +
                          "户，该开关无需抢修";
  add_feeds(network, outage, outage.explanation_en, outage.explanation_zh);
  outage.explanation_en += ".";
  outage.explanation_zh += "。";
}

std::string subject(const NetworkModel& network, const SuspectDevice& suspect, Id<Feeder> feeder,
                    bool english) {
  if (suspect.usage_point.valid()) {
    return named(english ? "the premises of usage point" : "用户",
                 network.mrid(suspect.usage_point));
  }
  if (suspect.device.valid()) {
    const Wording wording = device_wording(network.devices()[suspect.device].kind);
    return named(english ? wording.en : wording.zh, network.mrid(suspect.device));
  }
  return named(english ? "the supply of feeder" : "馈线电源",
               feeder.valid() ? network.mrid(feeder) : "");
}

std::string likely(const NetworkModel& network, const SuspectDevice& suspect, Id<Feeder> feeder,
                   bool english) {
  const bool source = !suspect.device.valid() && !suspect.usage_point.valid();
  const std::string who = subject(network, suspect, feeder, english);
  const std::string sure = percent(suspect.p_active);
  if (english) return who + " is " + sure + " likely to be " + (source ? "lost" : "the open one");
  return who + (source ? "失电" : "断开") + "的可能性为" + sure;
}

void explain_restored(const NetworkModel& network, Outage& outage) {
  const std::string customers = std::to_string(outage.customers_affected);
  std::string en = subject(network, outage.probable, outage.feeder, true);
  en[0] = static_cast<char>(en[0] >= 'a' && en[0] <= 'z' ? en[0] - 'a' + 'A' : en[0]);
  outage.explanation_en = en + ": supply is back; " + customers + " customers had been behind it.";
  outage.explanation_zh = subject(network, outage.probable, outage.feeder, false) +
                          "：供电已恢复；其后共" + customers + "户。";
}

struct State {
  std::string en;
  std::string zh;
};
State state(const NetworkModel& network, const Outage& outage) {
  if (outage.probable.usage_point.valid()) return {"without supply by itself", "自身停电"};
  if (!outage.probable.device.valid()) return {"lost", "失电"};
  const Device& device = network.devices()[outage.probable.device];
  if (device.kind == DeviceKind::service_drop) return {"interrupted", "中断"};
  // Of its phases some only.
  const std::uint8_t own = device.phases.live_bits();
  const std::uint8_t open = outage.phases.live_bits();
  if (open == 0 || open == own || (open & ~own) != 0) return {"open", "断开"};
  const std::string phases = to_string(PhaseSet{open});
  return {"open on phase " + phases, phases + "相断开"};
}

// Only where what was heard has moved the belief.
void add_water_error(const FavouredWaterError& error, std::string& en, std::string& zh) {
  const double depth = std::round(10 * std::abs(error.deeper_m)) / 10;
  if (error.probability < error.prior + .1 || depth == 0) return;
  char metres[32];
  std::snprintf(metres, sizeof metres, "%.1f", depth);
  const bool deeper = error.deeper_m > 0;
  const std::string sure = percent(error.probability);
  en += std::string{"; what was heard favours water "} + metres +
        (deeper ? " m deeper than told (" : " m shallower than told (") + sure + ")";
  zh += std::string{"；据现有信息，实际水深可能比预报"} + (deeper ? "深" : "浅") + metres + "米（" +
        sure + "）";
}

}  // namespace

std::string percent(double p) {
  const int whole = static_cast<int>(std::lround(100 * p));
  if (whole >= 100 && p < 1) return "99%";
  return std::to_string(whole) + "%";
}

DeviceName name_of(const NetworkModel& network, Id<Device> device) {
  const Wording wording = device_wording(network.devices()[device].kind);
  return {named(wording.en, network.mrid(device)), named(wording.zh, network.mrid(device))};
}

void explain(const NetworkModel& network, Outage& outage) {
  if (outage.status == OutageStatus::restored) return explain_restored(network, outage);
  if (outage.switched_off && outage.probable.device.valid())
    return explain_switched_off(network, outage);
  const Heard said = heard(outage);
  const Wording sure = certainty(outage.probable.p_active);
  const State is = state(network, outage);
  const std::string customers = std::to_string(std::lround(outage.expected_customers));
  std::string en = subject(network, outage.probable, outage.feeder, true) + " is " +
                   std::string{sure.en} + " " + is.en + " (" + percent(outage.probable.p_active) +
                   ")";
  en[0] = static_cast<char>(en[0] >= 'a' && en[0] <= 'z' ? en[0] - 'a' + 'A' : en[0]);
  std::string zh = subject(network, outage.probable, outage.feeder, false) + std::string{sure.zh} +
                   is.zh + "（" + percent(outage.probable.p_active) + "）";
  if (!said.for_en.empty()) {
    en += " on the word of " + said.for_en;
    zh += "，依据：" + said.for_zh;
  }
  if (!said.against_en.empty()) {
    en += ", against " + said.against_en;
    zh += "；反证：" + said.against_zh;
  }
  if (outage.cause == OutageCause::flood_trip) {
    en += "; it stands in water";
    zh += "；设备受淹";
  }
  add_water_error(outage.water_error, en, zh);
  en += "; about " + customers + " of " + std::to_string(outage.customers_affected) +
        " customers behind it are without supply";
  zh += "；其后" + std::to_string(outage.customers_affected) + "户中约" + customers + "户停电";
  add_feeds(network, outage, en, zh);
  outage.explanation_en = en + ".";
  outage.explanation_zh = zh + "。";
}

void explain_ping(const NetworkModel& network, Id<Feeder> feeder, const SuspectDevice& if_answered,
                  const SuspectDevice& if_not, TellApart& tell) {
  const std::string meter{network.mrid(tell.usage_point)};
  tell.sentence_en = "Ask meter " + meter + ": if it answers, " +
                     likely(network, if_answered, feeder, true) + "; if not, " +
                     likely(network, if_not, feeder, true) + ".";
  tell.sentence_zh = "召测电表" + meter + "：若有应答，" +
                     likely(network, if_answered, feeder, false) + "；若无应答，" +
                     likely(network, if_not, feeder, false) + "。";
}

void explain_look(const NetworkModel& network, Id<Feeder> feeder, const SuspectDevice& if_closed,
                  TellApart& tell) {
  const SuspectDevice looked_at{tell.device, {}, 0};
  const bool source = !tell.device.valid();
  tell.sentence_en = "Look at " + subject(network, looked_at, feeder, true) +
                     (source ? ": if it is there, " : ": if it is closed, ") +
                     likely(network, if_closed, feeder, true) + ".";
  tell.sentence_zh = "查看" + subject(network, looked_at, feeder, false) +
                     (source ? "：若有电，" : "：若在合位，") +
                     likely(network, if_closed, feeder, false) + "。";
}

}  // namespace gridmend
