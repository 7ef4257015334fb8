using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Tests.Linear;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Layouts;

/// <summary>Plans with values channels last, against the reference interpreter.</summary>
public sealed class LayoutTests
{
    private const int Networks = 150;

    [Theory]
    [InlineData("Auto")]
    [InlineData("Plain")]
    [InlineData("ChannelsLast")]
    public void Random_networks_compute_what_the_operators_mean(string layouts)
        => Check(Enum.Parse<LayoutMode>(layouts), Enumerable.Range(0, Networks).Select(seed => ($"network {seed}", RandomNetwork.Create(seed))));

    [Fact]
    public void Single_layers_compute_what_the_operators_mean()
        => Check(LayoutMode.ChannelsLast, Enumerable.Range(0, 60).SelectMany(seed => new[]
        {
            ($"conv {seed}", RandomLayers.Conv(seed)), ($"pool {seed}", RandomLayers.Pool(seed)),
            ($"global pool {seed}", RandomLayers.GlobalPool(seed)), ($"fused {seed}", RandomLayers.Fused(seed)),
        }));

    [Fact]
    public void Most_random_networks_have_values_channels_last()
    {
        int count = Enumerable.Range(0, Networks).Count(seed => Steps(RandomNetwork.Create(seed), LayoutMode.ChannelsLast).Any(s => s.Kernel.StartsWith("ChannelsLast", StringComparison.Ordinal)));
        Assert.InRange(count, Networks * 2 / 3, Networks);
    }

    [Fact]
    public void A_value_is_converted_at_most_once_in_each_direction()
    {
        for (int seed = 0; seed < Networks; seed++)
        {
            Step[] moves = [.. Steps(RandomNetwork.Create(seed), LayoutMode.ChannelsLast).Where(IsConversion)];
            Assert.Equal(moves.Length, moves.Select(m => m.Inputs[0]).Distinct().Count());
        }
    }

    [SharedFact("models/cifar10-resnet20-folded")]
    public void A_residual_network_is_converted_nowhere()
    {
        Step[] steps = [.. SharedModel("cifar10-resnet20-folded")];
        Assert.DoesNotContain(steps, IsConversion);
        Assert.Equal(steps.Count(s => s.Stem == "Conv"), steps.Count(s => s.Kernel.StartsWith("ChannelsLast", StringComparison.Ordinal) && s.Stem == "Conv"));
    }

    [SharedFact("models/mnist-convnet-maxpool")]
    public void A_flattened_sample_costs_no_conversion()
        => Assert.DoesNotContain(SharedModel("mnist-convnet-maxpool"), IsConversion);

    private static void Check(LayoutMode layouts, IEnumerable<(string Name, RandomModel Model)> models)
    {
        using var batch = new ModelBatch();
        List<(RandomModel Random, CompiledModel Compiled)> compiled = [.. models.Select(m => (m.Model, batch.Add(m.Name, m.Model.Writer, TestOptions.Exact with { Layouts = layouts })))];
        batch.Build();
        foreach ((RandomModel random, CompiledModel model) in compiled)
        {
            double tolerance = random.Type == ElementType.Float16 ? 1e-2 : random.Type == ElementType.BFloat16 ? 3e-2 : random.Type == ElementType.Float64 ? 1e-11 : 1e-4;
            // A deep network adds up large values to small ones.
            double largest = model.RunReference(random.Values).Max(o => (o.Reals ?? []).Select(Math.Abs).DefaultIfEmpty().Max());
            model.AssertAgrees(tolerance, tolerance * Math.Max(1, largest), random.Values);
        }
    }

    private static bool IsConversion(Step step) => step.Kernel is "ToChannelsLast" or "ToChannelsFirst";

    private static ImmutableArray<Step> Steps(RandomModel model, LayoutMode layouts)
        => ModelCompiler.Compile(model.Writer.ToSource(), TestOptions.Exact with { Layouts = layouts }).Plan!.Root.Steps;

    private static ImmutableArray<Step> SharedModel(string name)
        => ModelCompiler.Compile(SharedData.Load(Path.Combine(SharedData.Root, "models", name, "model.onnx")), TestOptions.Exact).Plan!.Root.Steps;
}
