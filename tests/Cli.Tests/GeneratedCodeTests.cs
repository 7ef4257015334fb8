using System;
using System.Threading;
using RedGen.Cli.Execution;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using Xunit;

namespace RedGen.Cli.Tests;

public sealed class GeneratedCodeTests
{
    private static readonly CodeSettings Settings = new(IsStrict: true, IsCollectible: true);

    [Fact]
    public void A_model_whose_code_does_not_compile_is_set_apart()
    {
        GeneratedModel good = Model("Good", static s => s);
        GeneratedModel broken = Model("Broken", static s => s + "\nclass {");
        GeneratedModel warned = Model("Warned", static s => s + "\ninternal class Unused { private int _field; }\n");
        using GeneratedCode code = GeneratedCode.Build([broken, good, warned], Settings);
        Assert.NotNull(code.MethodOf(good));
        Assert.Null(code.MethodOf(broken));
        Assert.Contains("CS1001", code.ErrorOf(broken));
        Assert.Contains("CS0169", code.ErrorOf(warned));
        byte[][] outputs = good.NewOutputs();
        PredictDelegate predict = code.MethodOf(good)!;
        TimedRun.Run(_ => predict([BitConverter.GetBytes(0x40000000BF800000)], outputs), TimeSpan.FromSeconds(30), 1 << 20);
        Assert.Equal([0f, 2f], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(outputs[0]).ToArray());
    }

    [Fact]
    public void A_hang_ends_at_the_limit_and_an_exception_passes_through()
    {
        Assert.Throws<TimeoutException>(() => TimedRun.Run(static token => token.WaitHandle.WaitOne(), TimeSpan.FromMilliseconds(50), 1 << 20));
        Assert.Throws<FormatException>(() => TimedRun.Run(static _ => throw new FormatException(), TimeSpan.FromSeconds(30), 1 << 20));
        bool done = false;
        TimedRun.Run(_ => done = true, TimeSpan.FromSeconds(30), 1 << 20);
        Assert.True(done);
    }

    private static GeneratedModel Model(string space, Func<string, string> edit)
    {
        CompilationResult result = ModelCompiler.Compile(Samples.Relu(1).ToSource(), new CompilerOptions { Namespace = space }, CancellationToken.None);
        return new GeneratedModel(space, result with { Sources = [.. System.Linq.Enumerable.Select(result.Sources, s => s with { Text = edit(s.Text) })] });
    }
}
