using System.Globalization;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Copies a value to an output of the model that no other step can write.</summary>
internal sealed class CopyStep : Step
{
    private CopyStep()
    {
    }

    /// <inheritdoc/>
    public override string Kernel => "Copy";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <summary>A copy of a value to the output at a position. The copy's own value name holds a blank, so it meets no other.</summary>
    public static CopyStep Create(string value, int position) => new()
    {
        Nodes = [],
        Inputs = [value],
        Outputs = ["copy " + position.ToString(CultureInfo.InvariantCulture) + " of " + value],
        Summary = "Copy to output '" + value + "'",
    };

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
        => writer.Line(writer.IsOpen(Outputs[0]) ? $"return {writer.Input(0)};" : $"{writer.Input(0)}.CopyTo({writer.Output(0)});");
}
