variable "stamp" {
  description = "Whose guest it is: app, environment, host and the request that created it."
  type        = object({ app = string, environment = string, host = string, request_id = string })
  nullable    = false

  # A space would let a value pass for the next field when the stamp is read back.
  validation {
    condition     = alltrue([for value in values(var.stamp) : can(regex("^\\S+$", value))])
    error_message = "Every field of the stamp is a word without spaces: app, environment, host, request_id."
  }
}

variable "tags" {
  description = "Tags beside those of the stamp."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for tag in var.tags : can(regex("^[a-z0-9_][a-z0-9_+.-]*$", lower(tag)))])
    error_message = "Tags are words of letters, digits, _, -, + and dots."
  }
}
