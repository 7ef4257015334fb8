namespace RedGen.Compiler.Red.Hash;

/// <summary>One way to hash a layer.</summary>
/// <param name="Magnitudes">n: the codebook holds 0 and n magnitudes of either sign; 0: the layer stays as it is.</param>
/// <param name="Noise">The energy of the error at the layer's output, as a share of the output's energy.</param>
/// <param name="Multiplications">Expected multiplications of one inference under the best exact lowering.</param>
/// <param name="Bytes">Bytes of indices, codebook and scales, or of floats.</param>
internal sealed record LayerCandidate(int Magnitudes, double Noise, double Multiplications, long Bytes)
{
    /// <summary>Whether a weight is one byte: neither two codes nor a float.</summary>
    public bool IsByte => Magnitudes is > 0 and <= FineLevels.MostOfOneCode;
}
