using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The method Warmup, which does beforehand what the first call of Predict would have to do.</summary>
internal static class WarmupEmitter
{
    /// <summary>Writes the method.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        bool expands = PredictEmitter.Expands(plan);
        code.Line("/// <summary>");
        code.Line($"/// Makes the first call as quick as those behind it: runs the network once over zeros, so that its code is compiled{(expands ? " and its weights are expanded" : "")}. Safe to call from any thread, at any time.");
        code.Line("/// </summary>");
        using (code.Block("public static void Warmup()"))
        {
            if (MakesAll(plan)) code.Line("Expanded.MakeAll();");
            string arguments = string.Join(", ", inputs.Concat(outputs.Where(o => !o.IsOpen && !outputs.Any(other => other.IsOpen))).Select(v => $"new {v.CSharp}[{v.Pascal}Length]"));
            bool skips = SkipsFirstCalls(plan);
            if (skips)
            {
                string[] done = [.. new[] { HasOwnKernels(plan) ? "small layers are compiled for their sizes" : "", KeepsWeights(plan) ? "transformed weights are kept" : "" }.Where(static d => d.Length > 0)];
                code.Line($"// {char.ToUpperInvariant(done[0][0])}{string.Join(" and ", done).Substring(1)} now, and not after the first calls.");
                code.Line("FirstCalls.Skip();");
            }

            if (!MayRefuse(plan, inputs))
            {
                code.Line($"Predict({arguments});");
            }
            else
            {
                using (code.Block("try")) code.Line($"Predict({arguments});");
                using (code.Block("catch (Exception refused) when (refused is ArgumentException " + (plan.Options.IsPortable ? "|| refused is " : "or ") + "ArithmeticException)"))
                    code.Line("// Zeros are nothing that this network takes. What it has computed until then is compiled.");
            }

            if (skips) code.Line("FirstCalls.Resume();");
        }

        code.Line();
    }

    /// <summary>Whether first calls do what later ones need not, or less than those.</summary>
    public static bool SkipsFirstCalls(ExecutionPlan plan) => HasOwnKernels(plan) || KeepsWeights(plan);

    /// <summary>Whether layers keep transformed weights after their first calls.</summary>
    private static bool KeepsWeights(ExecutionPlan plan) => KeptWeights.Serves(plan) || plan.Root.Steps.Any(static s => s.KeepsFilters);

    /// <summary>Whether layers are compiled for their sizes after their first calls.</summary>
    private static bool HasOwnKernels(ExecutionPlan plan) => !plan.Options.IsPortable && plan.Root.Steps.Any(static s => s.HasOwnKernel);

    /// <summary>Whether there are expanded weights that a run over zeros may leave out: those of branches.</summary>
    public static bool MakesAll(ExecutionPlan plan) => PredictEmitter.Expands(plan) && HasBodies(plan);

    /// <summary>Whether zeros may be no index, divisor or length that the network takes.</summary>
    private static bool MayRefuse(ExecutionPlan plan, ImmutableArray<PublicValue> inputs)
        => HasBodies(plan) || inputs.Any(i => !IsFloat(i.Buffer.ElementType)) || plan.Buffers.Values.Any(b => b.Storage == Storage.Dynamic || !IsFloat(b.ElementType));

    private static bool IsFloat(ElementType type) => type is ElementType.Float32 or ElementType.Float64 || type.IsShortFloat();

    private static bool HasBodies(ExecutionPlan plan) => plan.Root.Steps.Any(s => s.Bodies.Length > 0);
}
