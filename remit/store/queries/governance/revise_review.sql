-- Take over what a reviewer edited; approvals of the former text have another digest and do not count.
UPDATE review SET digest = $2, arguments = $3, packet = packet || jsonb_build_object('proposal', $4::text) WHERE id = $1
