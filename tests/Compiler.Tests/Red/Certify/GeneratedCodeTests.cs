using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Certify;

/// <summary>The certificate of a build is about the C# that it emits: both networks compiled and run, they stay below it.</summary>
public sealed class GeneratedCodeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_digit_is_above_the_bound(bool isCnn)
    {
        ModelSource source = ModelSource.FromBytes("digits.onnx", isCnn ? DigitsAssets.Cnn() : DigitsAssets.Mlp());
        var options = new CompilerOptions { InputRange = "0..1" };
        using CompiledModel original = CompiledModel.Compile(source, options with { Hashing = Hashing.None });
        using CompiledModel reduced = CompiledModel.Compile(source, options with { Hashing = Hashing.Adaptive });
        ErrorCertificate certificate = reduced.Plan.Reduction.Certificate!;
        Assert.Equal("0..1", certificate.Box);
        int[] lengths = original.Inputs[0].Shape!.ToArray();
        double largest = 0;
        foreach (float[] image in DigitsAssets.Images())
        {
            Assert.All(image, p => Assert.InRange(p, 0, 1));
            var x = new ReferenceTensor(ElementType.Float32, lengths, [.. image.Select(p => (double)p)]);
            largest = Math.Max(largest, original.Run(x)[0].Reals!.Zip(reduced.Run(x)[0].Reals!, (a, b) => Math.Abs(a - b)).Max());
        }

        Assert.InRange(largest, 1e-5, certificate.MaxError);
    }
}
