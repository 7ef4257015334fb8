using RedGen.Compiler.Emit;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Indices that are known at run time only: negative ones count from the end, others than those of the axis are refused, or where nothing can throw taken for the nearest.</summary>
internal static class RunTimeIndex
{
    /// <summary>Writes lines that declare an int from an element of a span of int or long.</summary>
    public static void Emit(StepWriter writer, string indices, string position, int length, string name)
    {
        string size = IndexText.Number(length);
        string raw = $"{indices}[{position}]";
        if (writer.Plan.Options.Profile == Profile.Micro && length > 0)
        {
            writer.Line($"int {name} = (int)MicroMath.Max(-{size}, MicroMath.Min({IndexText.Number(length - 1)}, {raw})); // The nearest that there is.");
            writer.Line($"if ({name} < 0) {name} += {size};");
            return;
        }

        using (writer.Block($"if ({raw} < -{size} || {raw} >= {size})"))
            writer.Line($"throw new ArgumentOutOfRangeException(\"indices\", {raw}, \"{writer.Step.Nodes[0].Operator.Name}: an index is outside an axis of length {size}.\");");
        writer.Line($"int {name} = (int){raw};");
        writer.Line($"if ({name} < 0) {name} += {size};");
    }
}
