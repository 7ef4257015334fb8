using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
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
            ExecutionPlan plan = ModelCompiler.Compile(source, new CompilerOptions { Hashing = Hashing.Adaptive }).Plan!;
            var context = new KernelContext(plan.Graph, plan.Options, plan.Reduction);
            var totals = new long[lowerings.Length];
            foreach (Step step in plan.Root.Steps.Where(s => s.Cost is not null))
            {
                long least = 0;
                foreach ((SplitLayer? layer, long multiplyAdds) in Read(step, context))
                {
                    long[] multiplications = [.. lowerings.Select(l => layer is null ? multiplyAdds : LoweringCounter.Of(layer, l).Multiplications)];
                    // Two codes that share too little are computed as they stand.
                    least += layer is { IsPaired: true } ? Math.Min(multiplyAdds, multiplications.Min()) : multiplications.Min();
                    for (int l = 0; l < totals.Length; l++) totals[l] += multiplications[l];
                }

                Assert.Equal(least, step.Cost!.Multiplications);
            }

            long rest = plan.Root.Steps.Where(s => s.Cost is null).Sum(s => s.MultiplyAdds);
            string Removed(long multiplications) => (100 * (1 - ((double)multiplications / plan.MultiplyAdds))).ToString("F1", CultureInfo.InvariantCulture);
            long free = plan.Root.Steps.Sum(s => s.Cost?.TrueMultiplications ?? s.MultiplyAdds);
            output.WriteLine($"{name}: {string.Join(", ", lowerings.Select((l, i) => l + " " + Removed(totals[i] + rest)))}, fewest {Removed(plan.Multiplications)}, without doublings {Removed(free)}");
        }
    }

    /// <summary>The layers of a step, null for those that are not hashed: one, or the convolutions of a depthwise block.</summary>
    private static IEnumerable<(SplitLayer? Layer, long MultiplyAdds)> Read(Step step, KernelContext context)
    {
        Node[] heads = [.. step.Nodes.Where(static n => n.Operator.Name is "Conv" or "Gemm" or "MatMul")];
        if (heads.Length == 1 && DenseLayer.TryRead(new NodeGroup(step.Nodes), context) is { } dense) return [(SplitLayer.OfDense(dense, context.Hashed(heads[0].Inputs[1])), dense.MultiplyAdds)];
        return heads.Select(h => (SplitLayer.OfConv(ConvLayer.Read(h, context), context.Constant(h.Inputs[1])!.AsSpan<float>(), context.Hashed(h.Inputs[1])), ConvLayer.Read(h, context).MultiplyAdds));
    }
}
