#include "data/synth/street_names.h"

#include <array>
#include <string>
#include <string_view>

namespace gridmend {
namespace {

struct Word {
  std::string_view chinese;
  std::string_view english;
};

constexpr std::array<Word, 48> kStreets = {{
    {"解放", "Jiefang"},   {"人民", "Renmin"},     {"建设", "Jianshe"},  {"和平", "Heping"},
    {"中山", "Zhongshan"}, {"文化", "Wenhua"},     {"朝阳", "Chaoyang"}, {"青年", "Qingnian"},
    {"胜利", "Shengli"},   {"光明", "Guangming"},  {"友谊", "Youyi"},    {"团结", "Tuanjie"},
    {"新华", "Xinhua"},    {"长江", "Changjiang"}, {"东风", "Dongfeng"}, {"育才", "Yucai"},
    {"桃园", "Taoyuan"},   {"柳林", "Liulin"},     {"荷塘", "Hetang"},   {"桂花", "Guihua"},
    {"梅园", "Meiyuan"},   {"兰亭", "Lanting"},    {"竹山", "Zhushan"},  {"松涛", "Songtao"},
    {"银杏", "Yinxing"},   {"枫林", "Fenglin"},    {"翠湖", "Cuihu"},    {"白云", "Baiyun"},
    {"清泉", "Qingquan"},  {"金山", "Jinshan"},    {"玉泉", "Yuquan"},   {"凤凰", "Fenghuang"},
    {"龙泉", "Longquan"},  {"石桥", "Shiqiao"},    {"古井", "Gujing"},   {"钟楼", "Zhonglou"},
    {"学府", "Xuefu"},     {"工农", "Gongnong"},   {"兴业", "Xingye"},   {"创新", "Chuangxin"},
    {"迎宾", "Yingbin"},   {"站前", "Zhanqian"},   {"码头", "Matou"},    {"渔港", "Yugang"},
    {"丰收", "Fengshou"},  {"向阳", "Xiangyang"},  {"永安", "Yong'an"},  {"太平", "Taiping"},
}};

constexpr std::array<Word, 10> kOrdinals = {{{"一", "1st"},
                                             {"二", "2nd"},
                                             {"三", "3rd"},
                                             {"四", "4th"},
                                             {"五", "5th"},
                                             {"六", "6th"},
                                             {"七", "7th"},
                                             {"八", "8th"},
                                             {"九", "9th"},
                                             {"十", "10th"}}};

constexpr std::array<Word, 12> kSubstations = {{{"城东", "Chengdong"},
                                                {"城西", "Chengxi"},
                                                {"城南", "Chengnan"},
                                                {"城北", "Chengbei"},
                                                {"临江", "Linjiang"},
                                                {"新区", "Xinqu"},
                                                {"河口", "Hekou"},
                                                {"高桥", "Gaoqiao"},
                                                {"双塔", "Shuangta"},
                                                {"大堤", "Dadi"},
                                                {"柳湾", "Liuwan"},
                                                {"望山", "Wangshan"}}};

constexpr std::array<Word, 8> kTowns = {{{"临江镇", "Linjiang"},
                                         {"清河镇", "Qinghe"},
                                         {"双河口", "Shuanghekou"},
                                         {"柳湾镇", "Liuwan"},
                                         {"石桥铺", "Shiqiaopu"},
                                         {"望江镇", "Wangjiang"},
                                         {"白沙洲", "Baishazhou"},
                                         {"渔坝镇", "Yuba"}}};

Word suffix(RoadClass road_class) {
  switch (road_class) {
    case RoadClass::motorway:
    case RoadClass::trunk:
    case RoadClass::primary:
      return {"大道", "Avenue"};
    case RoadClass::secondary:
    case RoadClass::tertiary:
      return {"路", "Road"};
    case RoadClass::living_street:
    case RoadClass::service:
      return {"巷", "Lane"};
    default:
      return {"街", "Street"};
  }
}

StreetName join(Word word, std::size_t round, Word kind) {
  std::string chinese{word.chinese};
  std::string english{word.english};
  if (round > 0 && round <= kOrdinals.size()) {
    chinese += kOrdinals[round - 1].chinese;
    english += " " + std::string{kOrdinals[round - 1].english};
  } else if (round > 0) {
    chinese += std::to_string(round);
    english += " No. " + std::to_string(round);
  }
  return {chinese + std::string{kind.chinese}, english + " " + std::string{kind.english}};
}

}  // namespace

StreetName street_name(std::size_t number, RoadClass road_class) {
  return join(kStreets[number % kStreets.size()], number / kStreets.size(), suffix(road_class));
}

StreetName substation_name(std::size_t number) {
  return join(kSubstations[number % kSubstations.size()], number / kSubstations.size(),
              {"变电站", "Substation"});
}

StreetName town_name(std::size_t number) {
  const Word word = kTowns[number % kTowns.size()];
  return {std::string{word.chinese}, std::string{word.english}};
}

}  // namespace gridmend
