using System.Linq;
using System.Text.RegularExpressions;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Emit;

/// <summary>Steps that differ in nothing but weights are one method.</summary>
public sealed class SharedMethodsTests
{
    [Fact]
    public void Convolutions_of_one_shape_share_a_method_and_others_do_not()
    {
        OnnxModelWriter model = Convolutions(filters: [24, 24, 24, 24, 32]);
        using var compiled = CompiledModel.Compile(model, TestOptions.Exact);
        Assert.Equal(2, Regex.Count(compiled.Code, @"private static void Conv\d+\("));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 3, 1, 24, 20, 20);
        compiled.AssertAgrees(1e-3, 1e-3, x);
        // The first run transforms weights into shared memory, the second keeps them.
        double[] first = compiled.Run(x)[0].Reals!;
        Assert.Equal(first, compiled.Run(x)[0].Reals!);
        Assert.Equal(0, compiled.AllocatedBytes(x));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(7)]
    public void Convolutions_with_and_without_a_residual_share_a_method(int channels)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("v0", ElementType.Float32, 1, channels, 20, 20);
        for (int i = 0; i < 4; i++)
        {
            model.Initializer("w" + i, [.. RandomTensor.Of(ElementType.Float32, 20 + i, channels, channels, 3, 3).Reals!.Select(static v => (float)v / 16)], channels, channels, 3, 3)
                .Node("Conv", $"v{i},w{i}", "c" + i, n => n.Ints("pads", 1, 1, 1, 1));
            bool adds = i % 2 == 1;
            if (adds) model.Node("Add", $"c{i},v{i - 1}", "a" + i);
            model.Node("Relu", (adds ? "a" : "c") + i, "v" + (i + 1));
        }

        using var compiled = CompiledModel.Compile(model.Output("v4", ElementType.Float32, 1, channels, 20, 20), TestOptions.Exact);
        Assert.Single(Regex.Matches(compiled.Code, @"private static void Conv\d+\("));
        Assert.Equal(2, Regex.Count(compiled.Code, @"(?m)^ +Conv1\(\w+, residual: default, "));
        Assert.Equal(2, Regex.Count(compiled.Code, @"(?m)^ +/// Conv\d .*\) without residual,$"));
        compiled.AssertAgrees(1e-3, 1e-3, RandomTensor.Of(ElementType.Float32, 3, 1, channels, 20, 20));
    }

    [Fact]
    public void Only_the_first_run_of_kept_weights_allocates()
    {
        using var compiled = CompiledModel.Compile(Convolutions(filters: [24, 24, 24, 24, 32]));
        Assert.Contains("WinogradConvolution.RunKept", compiled.Code);
        Assert.Equal(0, compiled.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 4, 1, 24, 20, 20)));
    }

    [Fact]
    public void Hashed_weights_are_kept_as_others_are()
    {
        using var compiled = CompiledModel.Compile(Convolutions(filters: [24, 24, 24, 24, 32]), TestOptions.Exact with { Hashing = Hashing.Adaptive });
        Assert.Contains("WinogradConvolution.RunKept", compiled.Code);
        Assert.Matches(@"Expanded\.Conv\d\w+, (layer|Weights)", compiled.Code);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 3, 1, 24, 20, 20);
        double[] first = compiled.Run(x)[0].Reals!;
        Assert.Equal(first, compiled.Run(x)[0].Reals!);
        Assert.Equal(first, compiled.Run(x)[0].Reals!);
        Assert.Equal(0, compiled.AllocatedBytes(x));
    }

    [Fact]
    public void Products_share_a_method_whether_their_weights_are_hashed_or_not()
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("v0", ElementType.Float32, 9, 48);
        for (int i = 0; i < 3; i++)
        {
            model.Initializer("w" + i, [.. RandomTensor.Of(ElementType.Float32, 5 + i, 48, 48).Reals!.Select(static v => (float)v / 16)], 48, 48)
                .Initializer("b" + i, [.. RandomTensor.Of(ElementType.Float32, 8 + i, 48).Reals!.Select(static v => (float)v)], 48)
                .Node("Gemm", $"v{i},w{i},b{i}", "g" + i).Node("Relu", "g" + i, "v" + (i + 1));
        }

        model.Output("v3", ElementType.Float32, 9, 48);
        foreach (Hashing hashing in new[] { Hashing.None, Hashing.Adaptive })
        {
            using var compiled = CompiledModel.Compile(model, TestOptions.Exact with { Hashing = hashing });
            ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 6, 9, 48);
            ReferenceTensor[] first = compiled.Run(x);
            Assert.Equal(first[0].Reals, compiled.Run(x)[0].Reals);
            if (hashing != Hashing.None) continue;
            Assert.Single(Regex.Matches(compiled.Code, @"private static void Gemm\d+\("));
            Assert.Equal(3, Regex.Count(compiled.Code, @"(?m)^ +Gemm1\("));
            compiled.AssertAgrees(1e-5, 1e-5, x);
        }
    }

    [Fact]
    public void Small_steps_keep_methods_of_their_own()
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 20);
        for (int i = 0; i < 2; i++)
            model.Initializer("w" + i, [.. RandomTensor.Of(ElementType.Float32, 5 + i, 20, 20).Reals!.Select(static v => (float)v)], 20, 20);
        model.Node("Gemm", "x,w0", "a").Node("Relu", "a", "b").Node("Gemm", "b,w1", "y").Output("y", ElementType.Float32, 1, 20);
        using var compiled = CompiledModel.Compile(model);
        Assert.Equal(2, Regex.Count(compiled.Code, @"private static void Gemm\d+\("));
    }

    private static OnnxModelWriter Convolutions(int[] filters)
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("v0", ElementType.Float32, 1, 24, 20, 20);
        int channels = 24;
        for (int i = 0; i < filters.Length; i++)
        {
            model.Initializer("w" + i, [.. RandomTensor.Of(ElementType.Float32, 20 + i, filters[i], channels, 3, 3).Reals!.Select(static v => (float)v / 16)], filters[i], channels, 3, 3)
                .Node("Conv", $"v{i},w{i}", "c" + i, n => n.Ints("pads", 1, 1, 1, 1)).Node("Relu", "c" + i, "v" + (i + 1));
            channels = filters[i];
        }

        return model.Output("v" + filters.Length, ElementType.Float32, 1, channels, 20, 20);
    }
}
