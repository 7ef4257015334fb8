using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Kernels.Splitting;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Splitting;

/// <summary>Every lowering computes what the operators mean, and does exactly the work that is counted for it.</summary>
public sealed class LoweringTests
{
    /// <summary>Sums of a few hundred products in another order.</summary>
    private const double Rounding = 2e-5;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (SplitLowering lowering in Enum.GetValues<SplitLowering>()) cases.Add(lowering.ToString(), 60);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_lowering_is_exact_and_its_count_is_what_it_does(string lowering, int count)
    {
        var options = new CompilerOptions { Hashing = Hashing.Adaptive, Merging = Merging.None, OnlyLowering = Enum.Parse<SplitLowering>(lowering) };
        foreach ((RandomHashed random, CompiledModel model) in Build(options, count))
        {
            HashedLayerStep step = Assert.Single(model.Plan.Root.Steps.OfType<HashedLayerStep>());
            Assert.Equal(lowering, step.Work.Lowering.ToString());
            model.AssertAgrees(Rounding, Rounding, random.Model.Values);
            (long multiplications, long additions) = model.ReadCounts();
            long epilogue = model.Outputs[0].Shape!.ElementCount * ((random.HasBias ? 1 : 0) + (step.Inputs.Length - 1));
            Assert.True(
                step.Work.Multiplications == multiplications && step.Work.Additions + epilogue == additions,
                $"seed {random.Model.Seed}: counted {step.Work} and {epilogue} of the epilogue, ran {multiplications} multiplications and {additions} additions\n{model.Code}");
        }
    }

    [Fact]
    public void The_fewest_multiplications_are_those_of_the_plan_unrolled_layers_included()
    {
        var options = new CompilerOptions { Hashing = Hashing.Adaptive, Merging = Merging.None, Lowering = Lowering.Fewest };
        var kernels = new HashSet<string>();
        foreach ((RandomHashed random, CompiledModel model) in Build(options, 150))
        {
            model.AssertAgrees(Rounding, Rounding, random.Model.Values);
            // Two codes that share too little leave the layer to the dense kernels.
            if (random.Matrix.Fine is null || model.Plan.Root.Steps.Any(s => s is HashedLayerStep))
                Assert.Equal((random.Model.Seed, model.Plan.Multiplications), (random.Model.Seed, model.ReadCounts().Multiplications));
            Assert.True(model.Plan.Multiplications <= model.Plan.MultiplyAdds);
            foreach (Step step in model.Plan.Root.Steps) kernels.Add(step.Kernel);
        }

        Assert.Superset(new HashSet<string> { "Hashed.TapProducts", "Hashed.ChannelProducts", "Hashed.OutputSums", "Hashed.SeparateKernels", "Hashed.Unrolled" }, kernels);
    }

    [Fact]
    public void Code_for_vectors_and_for_scalars_agrees_with_the_meaning_too()
    {
        foreach (Lowering lowering in new[] { Lowering.Auto, Lowering.Scalar })
        {
            var options = new CompilerOptions { Hashing = Hashing.Adaptive, Merging = Merging.None, Lowering = lowering };
            foreach ((RandomHashed random, CompiledModel model) in Build(options, 60))
            {
                model.AssertAgrees(Rounding, Rounding, random.Model.Values);
                // Doublings are additions in unrolled code: never more multiplications than the count.
                if (model.Plan.Root.Steps.Any(s => s.Kernel == "Hashed.Unrolled")) Assert.True(model.ReadCounts().Multiplications <= model.Plan.Multiplications);
            }
        }
    }

    private static IEnumerable<(RandomHashed Random, CompiledModel Model)> Build(CompilerOptions options, int count)
    {
        using var batch = new ModelBatch();
        var models = new List<(RandomHashed, CompiledModel)>();
        for (int seed = 0; seed < count; seed++)
        {
            RandomHashed random = seed % 4 == 3 ? RandomHashed.Dense(seed) : RandomHashed.Conv(seed);
            CompiledModel model = batch.AddCounted($"seed {seed}", random.Source(options), options);
            Assert.Empty(model.Result.Diagnostics);
            models.Add((random, model));
        }

        batch.Build();
        foreach ((RandomHashed, CompiledModel) model in models) yield return model;
    }
}
