using System;

namespace RedGen.Cli.Data;

/// <summary>A file is no .npy file that this tool can read.</summary>
internal sealed class NpyException(string message) : Exception(message);
