// How long the programs on AWS may run, and what must outlast what: a delivery that was cut off may be tried again only when it
// is certainly over, so program time-out < lease < doorbell visibility. In seconds.

/** The listener waits so long for a verdict, then answers 451 4.3.5. */
export const POLICY_TIMEOUT = 10;
export const DELIVER_TIMEOUT = 300;
export const DELIVER_LEASE = 330;
/** SQS shows a ring again after it. AWS asks for more than the function's time-out. */
export const DOORBELL_VISIBILITY = 360;
export const QMGR_TIMEOUT = 50;
/** How often qmgr looks for what is due. */
export const QMGR_INTERVAL = 60;
/** An entry that has been due for so long was missed, and is rung again. */
export const MISSED_AFTER = 60;
export const CERTIFICATE_TIMEOUT = 600;
/** How often the certificate program looks whether it is time to renew. */
export const CERTIFICATE_INTERVAL = 3600;
/** ECS ends a task so long after SIGTERM: what Fargate allows at most. */
export const STOP_TIMEOUT = 120;
