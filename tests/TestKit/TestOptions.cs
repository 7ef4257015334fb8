using RedGen.Compiler.Options;

namespace RedGen.TestKit;

/// <summary>Options of tests.</summary>
public static class TestOptions
{
    /// <summary>The weights as they are, so that generated code and the reference interpreter compute the same network.</summary>
    public static CompilerOptions Exact { get; } = new() { Hashing = Hashing.None };
}
