#include "data/settings/localiser_file.h"
#include "service/engine/acts.h"

namespace gridmend {

Result<Answer> take_settings(Workbench& bench, const PreparedCommand& command) {
  Draft& draft = bench.draft;
  Answer answer = bench.answer();
  if (write_whole_localiser_settings(*command.localiser) ==
      write_whole_localiser_settings(*draft.localiser)) {
    answer.revision = bench.revision - 1;
    return answer;
  }
  draft.localiser = command.localiser;
  draft.link_ledger.edit().believe(*command.localiser);
  draft.suspected_links = suspected_by(*draft.link_ledger);
  draft.settings_revision = bench.revision;
  draft.evidence_revision = bench.revision;  // what was heard means something else now
  return answer;
}

}  // namespace gridmend
