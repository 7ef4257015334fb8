using System;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Splitting;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Red.Splitting;

/// <summary>The table of docs/decisions/0007-lowerings.md: what each lowering would remove from trained models, and what the best by layer does.</summary>
public sealed class LoweringTableTests(ITestOutputHelper output)
{
    private static readonly string[] Models =
        ["cifar10-resnet20-folded", "cifar10-resnet56-bn", "digits-cnn-folded", "mlperf-tiny-kws-dscnn-folded", "imagenet-mobilenet-v2-1.0-224-dequantised"];

    [SharedFact("models")]
    public void The_cost_of_every_layer_is_the_least_of_all_lowerings()
    {
        SplitLowering[] lowerings = Enum.GetValues<SplitLowering>();
        foreach (string name in Models)
        {
            ModelSource source = SharedData.Load(SharedData.ModelsIn(System.IO.Path.Combine(SharedData.Root, "models", name)).Single());
            // Planes, so that every layer is a step of its own and none a part of a depthwise block.
            ExecutionPlan plan = ModelCompiler.Compile(source, new CompilerOptions { Hashing = Hashing.Adaptive, Layouts = LayoutMode.Plain }).Plan!;
            var context = new KernelContext(plan.Graph, plan.Options, plan.Reduction);
            var totals = new long[lowerings.Length];
            foreach (Step step in plan.Root.Steps.Where(s => s.Cost is not null))
            {
                SplitLayer layer = Read(step, context);
                long[] multiplications = [.. lowerings.Select(l => LoweringCounter.Of(layer, l).Multiplications)];
                Assert.Equal(multiplications.Min(), step.Cost!.Multiplications);
                for (int l = 0; l < totals.Length; l++) totals[l] += multiplications[l];
            }

            long rest = plan.Root.Steps.Where(s => s.Cost is null).Sum(s => s.MultiplyAdds);
            string Removed(long multiplications) => (100 * (1 - ((double)multiplications / plan.MultiplyAdds))).ToString("F1", CultureInfo.InvariantCulture);
            long free = plan.Root.Steps.Sum(s => s.Cost?.TrueMultiplications ?? s.MultiplyAdds);
            output.WriteLine($"{name}: {string.Join(", ", lowerings.Select((l, i) => l + " " + Removed(totals[i] + rest)))}, fewest {Removed(plan.Multiplications)}, without doublings {Removed(free)}");
        }
    }

    private static SplitLayer Read(Step step, KernelContext context)
    {
        HashedMatrix? matrix = context.Hashed(step.Nodes[0].Inputs[1]);
        return DenseLayer.TryRead(new NodeGroup(step.Nodes), context) is { } dense
            ? SplitLayer.OfDense(dense, matrix)!
            : SplitLayer.OfConv(ConvLayer.Read(step.Nodes[0], context), context.Constant(step.Nodes[0].Inputs[1])!.AsSpan<float>(), matrix)!;
    }
}
