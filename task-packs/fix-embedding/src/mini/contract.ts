/** What an agent hands in. */
export const submissionFile = "fixed_model.safetensors";

/** Room for all tensors as float32. */
export const maxBytes = 10 * 2 ** 20;
