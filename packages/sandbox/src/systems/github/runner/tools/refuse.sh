#!/bin/bash
# A step that cannot be done here.
echo "::error::$NANTE_REASON"
sleep 0.05
exit 1
