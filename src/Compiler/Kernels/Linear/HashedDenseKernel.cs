using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>
/// One row times hashed weights that stay bytes and are decoded as they are read, through RedGen.Runtime (docs/decisions/0005). The
/// planner takes it where the float weights would wait for memory.
/// </summary>
internal static class HashedDenseKernel
{
    /// <summary>Bytes of float weights from which looking up to 16 values up is at least as fast as reading floats: a core's caches end.</summary>
    public const long MemoryBound = 2 << 20;

    /// <summary>
    /// The same for 17 to 32 values, and for those that can be expanded to half a float each, which is faster until most caches end.
    /// </summary>
    private const long WideMemoryBound = 16 << 20;

    /// <summary>Values up to which a look-up is as fast as the conversion of levels, and faster in vectors of 128 bits.</summary>
    private const int NarrowValues = 16;

    /// <summary>The most values that vectors look up; more are read one by one, always slower than floats.</summary>
    private const int VectorValues = 32;

    /// <summary>Below this many outputs a panel of 16 would mostly hold codes of no output.</summary>
    private const int LeastOutputs = 8;

    /// <summary>Plans the layer; null where its weights are to be expanded.</summary>
    public static Step? TryPlan(NodeGroup group, DenseLayer layer, HashedConstants? hashed, CompilerOptions options)
    {
        if (hashed is null || layer.Rows != 1 || layer.Addend is not null || layer.Outputs < LeastOutputs || hashed.Matrix.Fine is not null) return null;
        int count = hashed.Matrix.Codebook.Length;
        bool levels = hashed.IsLevels(out int zero, out float step) && count > NarrowValues;
        if (options.Weights == WeightTier.Expand || (options.Weights != WeightTier.InPlace && !Pays(layer, hashed, levels ? 0 : count))) return null;
        Weight? scales = levels ? LevelScales(hashed, step) : hashed.Scales;
        var weights = ImmutableArray.Create(hashed.PanelIndices());
        if (!levels) weights = weights.Add(hashed.Values);
        if (scales is not null) weights = weights.Add(scales);
        if (layer.Bias is not null) weights = weights.Add(Weight.Of("Bias", layer.Bias));
        return new HashedDenseStep(layer, levels ? hashed.First + zero : hashed.First, levels, count)
        {
            Nodes = group.Nodes,
            Inputs = [layer.Input],
            Outputs = [group.Last.Outputs[0]],
            Weights = weights,
            MultiplyAdds = layer.MultiplyAdds,
            Cost = LoweringCounter.CostOf(SplitLayer.OfDense(layer, hashed.Matrix)),
            Summary = group.Head.Operator.Name + " " + layer.Text + hashed.Text + " read in place",
        };
    }

    /// <summary>Whether bytes are read at least as fast as what they can be expanded to; lookups: the size of the codebook, 0 for levels.</summary>
    private static bool Pays(DenseLayer layer, HashedConstants hashed, int lookups)
        => lookups <= VectorValues && 4L * layer.Inputs * layer.Outputs >= (lookups > NarrowValues || hashed.ArePairs ? WideMemoryBound : MemoryBound);

    /// <summary>The scales with the step of the levels in them; null: all 1.</summary>
    private static Weight? LevelScales(HashedConstants hashed, float step)
        => step == 1 ? hashed.Scales : Weight.Of("Scales", [.. Enumerable.Range(0, hashed.Matrix.Outputs).Select(i => hashed.Matrix.Scale(i) * step)]);

    private sealed class HashedDenseStep(DenseLayer layer, int code, bool levels, int count) : Step
    {
        public override string Kernel => "Dense.Hashed" + (levels ? "Levels" : count <= 8 ? "8" : count <= NarrowValues ? "16" : count <= VectorValues ? "32" : "Table");

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string values = levels ? "" : writer.WeightOf("Values") + ", ";
            writer.Line($"HashedDense.{(levels ? "RunLevels" : "Run")}(");
            using (writer.Code.Indent())
            {
                writer.Line($"{writer.Input(0)}, {writer.Weight(0)}, {values}{writer.WeightOf("Scales")}, {writer.WeightOf("Bias")}, {writer.Output(0)},");
                writer.Line($"{(levels ? "zero" : "first")}: {CSharpLiteral.Of(code)}, inputs: {CSharpLiteral.Of(layer.Inputs)}, outputs: {CSharpLiteral.Of(layer.Outputs)}, {layer.Activation.Expression});");
            }
        }
    }
}
