using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Whole hashed models: generated code is the reduced graph, in every form of weights, and the source is small.</summary>
public sealed class HashedModelTests
{
    private static readonly CompilerOptions Adaptive = new() { Hashing = Hashing.Adaptive };

    [Theory]
    [InlineData(WeightTier.Auto)]
    [InlineData(WeightTier.InPlace)]
    [InlineData(WeightTier.Expand)]
    public void Digits_models_compute_their_reduced_graph_and_allocate_nothing(WeightTier tier)
    {
        using var batch = new ModelBatch();
        CompilerOptions options = Adaptive with { Weights = tier };
        CompiledModel[] models = [batch.Add("cnn", ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), options), batch.Add("mlp", ModelSource.FromBytes("mlp.onnx", DigitsAssets.Mlp()), options)];
        batch.Build();
        foreach (CompiledModel model in models)
        {
            Assert.NotEmpty(model.Plan.Reduction.Hashed);
            Assert.Contains("\"u8", model.Result.Sources[1].Text, System.StringComparison.Ordinal);
            for (int seed = 0; seed < 3; seed++) HashedModel.AssertAgrees(model, 1e-5, tier.ToString(), HashedModel.Inputs(model, seed));
            Assert.Equal(0, model.AllocatedBytes(HashedModel.Inputs(model, 1)));
        }
    }

    [Theory]
    [InlineData(WeightTier.InPlace)]
    [InlineData(WeightTier.Expand)]
    public void Kernels_as_source_serve_hashed_models(WeightTier tier)
    {
        using var batch = new ModelBatch();
        CompilerOptions options = Adaptive with { Weights = tier, Runtime = RuntimeMode.Source };
        CompiledModel[] models = [batch.Add("cnn", ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()), options), batch.Add("mlp", ModelSource.FromBytes("mlp.onnx", DigitsAssets.Mlp()), options)];
        batch.Build();
        foreach (CompiledModel model in models) HashedModel.AssertAgrees(model, 1e-5, tier.ToString(), HashedModel.Inputs(model, 7));

        // A model brings the kernels that it calls, no others: the expansion alone does not ask for convolutions.
        string[] files = [.. models[1].Result.Sources.Select(s => s.HintName)];
        Assert.Contains(tier == WeightTier.Expand ? "RedGen.Runtime.HashedWeights.g.cs" : "RedGen.Runtime.HashedDense.g.cs", files);
        Assert.DoesNotContain("RedGen.Runtime.Convolution.g.cs", files);
    }

    [SharedFact("models")]
    public void Shared_models_compute_their_reduced_graph()
    {
        string[] names = ["cifar10-resnet20-bn", "mnist-fc-256x2", "mlperf-tiny-ad-autoencoder-bn", "mlperf-tiny-kws-dscnn-bn", "digits-dwcnn-bn", "mlperf-tiny-ic-resnet8-bn", "mnist-burn-cnn"];
        using var batch = new ModelBatch();
        var models = new List<(CompiledModel Model, string Label)>();
        foreach (string file in names.SelectMany(n => SharedData.ModelsIn(Path.Combine(SharedData.Root, "models", n)).Take(1)))
            foreach (WeightTier tier in new[] { WeightTier.InPlace, WeightTier.Expand })
                models.Add((batch.Add(file, SharedData.Load(file), Adaptive with { Weights = tier }), file + ", " + tier));
        batch.Build();
        Assert.NotEmpty(models);
        foreach ((CompiledModel model, string label) in models)
        {
            HashedModel.AssertAgrees(model, 1e-4, label, HashedModel.Inputs(model, 2));
            Assert.Equal(0, model.AllocatedBytes(HashedModel.Inputs(model, 2)));
        }
    }

    [SharedFact("models")]
    public void The_source_of_a_hashed_ResNet_is_small()
    {
        foreach ((string name, int limit) in new[] { ("cifar10-resnet20-bn", 450_000), ("cifar10-resnet56-bn", 1_200_000) })
        {
            string file = SharedData.ModelsIn(Path.Combine(SharedData.Root, "models", name))[0];
            CompilationResult result = ModelCompiler.Compile(SharedData.Load(file), Adaptive);
            Assert.True(result.Success);
            Assert.InRange(result.Sources.Sum(s => Encoding.UTF8.GetByteCount(s.Text)), 1, limit);
            Assert.Equal(0, result.StringBytes);
        }
    }
}
