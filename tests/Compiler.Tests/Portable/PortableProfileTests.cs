using System;
using System.IO;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Tests.Quantised;
using RedGen.TestKit;
using Xunit;
using Diagnostic = RedGen.Compiler.Diagnostics.Diagnostic;

namespace RedGen.Compiler.Tests.Portable;

/// <summary>RedGenProfile=Portable from end to end: C# 7.3 over netstandard2.0, the same answers, no allocation.</summary>
public sealed class PortableProfileTests
{
    private static readonly CompilerOptions Portable = TestOptions.Exact with { Profile = Profile.Portable };

    /// <summary>Dense, convolutional, depthwise, recurrent, attention, with state, quantised.</summary>
    private static readonly string[] Trained =
    [
        "digits-mlp-64-32-10", "digits-cnn-folded", "digits-dwcnn-bn", "digits-gru", "digits-lstm", "digits-transformer", "cifar10-resnet20-bn", "mlperf-tiny-ad-autoencoder-folded",
        "mlperf-tiny-kws-dscnn-folded", "mlperf-tiny-kws-dscnn-int8-qdq", "sine-tinyml", "rl-cartpole",
    ];

    [SharedFact("models")]
    public void Trained_models_give_what_the_reference_and_the_Auto_profile_give()
        => AssertSame([.. Trained.Select(n => ModelSource.FromBytes(n + ".onnx", File.ReadAllBytes(Path.Combine(SharedData.Root, "models", n, "model.onnx"))))], Hashing.None);

    [Fact]
    public void Models_give_what_the_reference_and_the_Auto_profile_give()
    {
        var quantised = new QuantisedModel(new Random(3));
        QuantisedGraphs.All["network"](new QuantisedGraphs(quantised));
        ModelSource[] models = [ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), ModelSource.FromBytes("digits.onnx", DigitsAssets.Mlp()), quantised.Writer.ToSource()];
        AssertSame(models, Hashing.None);
        AssertSame(models, Hashing.Adaptive);
    }

    [Theory]
    [InlineData(WeightTier.Literal)]
    [InlineData(WeightTier.String)]
    public void Weights_of_a_tier_are_read_without_an_allocation(WeightTier tier)
    {
        ModelSource model = ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn());
        using CompiledModel compiled = CompiledModel.Compile(model, Portable with { Weights = tier, Hashing = Hashing.Adaptive }, ConsumerSettings.Portable);
        Assert.Equal(0, compiled.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 1, 1, 1, 8, 8)));
    }

    [Theory]
    [InlineData(ElementType.Float16, RuntimeMode.Package, "16-bit floats")]
    [InlineData(ElementType.Float32, RuntimeMode.Source, "RedGenRuntime=Package")]
    public void What_has_no_form_in_CSharp_7_3_is_RG0028(ElementType type, RuntimeMode runtime, string reason)
    {
        CompilationResult result = ModelCompiler.Compile(
            new OnnxModelWriter().Input("x", type, 4, 6).Output("y", type).Output("i", ElementType.Int64).Initializer("k", [3L], 1).Node("TopK", "x,k", "y,i").ToSource(), Portable with { Runtime = runtime });
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("RG0028", diagnostic.Id);
        Assert.Contains("RedGenProfile=Portable", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains(reason, diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_strict_floats_its_bits_are_those_of_a_device()
    {
        ModelSource model = ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn());
        CompilerOptions strict = Portable with { Float = FloatMode.Strict, Hashing = Hashing.Adaptive };
        using CompiledModel portable = CompiledModel.Compile(model, strict, ConsumerSettings.Portable);
        using CompiledModel device = CompiledModel.Compile(model, strict with { Profile = Profile.Micro });
        for (int seed = 0; seed < 4; seed++)
        {
            ReferenceTensor input = RandomTensor.Of(ElementType.Float32, seed, 1, 1, 8, 8);
            Assert.Null(TensorAssert.Difference(device.Run(input)[0], portable.Run(input)[0], 0, 0));
        }
    }

    /// <summary>With the kernels of the assembly and as source, compiled as a netstandard2.0 project without a setting of its own would.</summary>
    private static void AssertSame(ModelSource[] models, Hashing hashing)
    {
        using var auto = new ModelBatch();
        foreach (ModelSource model in models) auto.Add(model.FileName, model, TestOptions.Exact);
        auto.Build();
        foreach (RuntimeMode runtime in new[] { RuntimeMode.Package, RuntimeMode.Source })
        {
            CompilerOptions options = Portable with { Runtime = runtime, Hashing = hashing };
            int[] served = [.. Enumerable.Range(0, models.Length).Where(i => IsServed(models[i], options))];
            using var batch = new ModelBatch();
            CompiledModel[] portable = [.. served.Select(i => batch.Add(models[i].FileName + ", " + runtime, models[i], options))];
            batch.Build(ConsumerSettings.Portable);
            foreach ((int i, CompiledModel model) in served.Zip(portable))
            {
                ReferenceTensor[] inputs = [.. model.Inputs.Select((t, k) => RandomTensor.Of(t.ElementType, 10 + k, t.Shape!.ToArray()))];
                Assert.Equal(0, model.AllocatedBytes(inputs));
                if (hashing != Hashing.None) continue;
                model.AssertAgrees(2e-4, 2e-5, inputs);
                foreach ((ReferenceTensor expected, ReferenceTensor actual) in auto.Models[i].Run(inputs).Zip(model.Run(inputs)))
                    Assert.Null(TensorAssert.Difference(expected, actual, 2e-4, 2e-5));
            }
        }
    }

    /// <summary>The assembly serves all of these models, source those whose kernels C# 7.3 can express.</summary>
    private static bool IsServed(ModelSource model, CompilerOptions options)
    {
        CompilationResult result = ModelCompiler.Compile(model, options);
        if (!result.Success && options.Runtime == RuntimeMode.Source) Assert.All(result.Diagnostics, static d => Assert.Equal("RG0028", d.Id));
        else Assert.True(result.Success, model.FileName + ": " + string.Join("\n", result.Diagnostics));
        return result.Success;
    }
}
