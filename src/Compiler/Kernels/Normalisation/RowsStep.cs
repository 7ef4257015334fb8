using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>Rows of floats that follow each other, normalised by one call. Inputs: the tensor, then scale and shift where there are any.</summary>
internal sealed class RowsStep(int rows, int length, float epsilon, bool centers, bool hasScale, bool hasShift) : Step
{
    /// <inheritdoc/>
    public override string Stem => centers ? "LayerNormalization" : "RMSNormalization";

    /// <inheritdoc/>
    public override string Kernel => "RowNorm.Vector";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        string scale = hasScale ? writer.Input(1) : "default";
        string shift = hasShift ? writer.Input(hasScale ? 2 : 1) : "default";
        writer.Line($"RowNorm.Run({writer.Input(0)}, {writer.Output(0)}, rows: {rows}, length: {length}, {scale}, {shift}, epsilon: {CSharpLiteral.Of(epsilon)}, centers: {(centers ? "true" : "false")});");
    }
}
