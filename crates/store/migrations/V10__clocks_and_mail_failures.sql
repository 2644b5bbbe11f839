-- The earliest moment to which a school's dates went back, because its server's clock was set back; none as long as all
-- of them are in order.
ALTER TABLE site_clocks ADD COLUMN set_back_to BIGINT;

-- Why a mail could not be sent when that was last tried, without anybody's address.
ALTER TABLE outgoing_mails ADD COLUMN failure TEXT;

-- When a server last tried whether the database can be written.
ALTER TABLE server_key ADD COLUMN tried_at BIGINT;
