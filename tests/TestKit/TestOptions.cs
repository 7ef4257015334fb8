using RedGen.Compiler.Options;

namespace RedGen.TestKit;

/// <summary>Options of tests.</summary>
public static class TestOptions
{
    /// <summary>The weights as they are, so that generated code and the reference interpreter compute the same network.</summary>
    public static CompilerOptions Exact { get; } = new() { Hashing = Hashing.None };

    /// <summary>Whether every model of a <see cref="ModelBatch"/> is guarded: REDGEN_GUARDED=1. Tests of allocation fail then.</summary>
    public static bool IsGuarded { get; } = System.Environment.GetEnvironmentVariable("REDGEN_GUARDED") == "1";
}
