using System;

namespace RedGen.Cli.Output;

/// <summary>Ends a command with a message that the user can act on.</summary>
internal sealed class ToolException(string message) : Exception(message);
