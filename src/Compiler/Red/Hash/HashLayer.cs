using System.Collections.Immutable;
using RedGen.Compiler.Red.Planning;

namespace RedGen.Compiler.Red.Hash;

/// <summary>A layer that is to be hashed, with all that the search knows of it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Hasher">Its hashing.</param>
/// <param name="Geometry">Its sizes.</param>
/// <param name="Bias">Its bias, where a corrected one can be written; null: zeros.</param>
/// <param name="TakesBias">Whether a corrected bias can be written.</param>
internal sealed record HashLayer(ReducibleLayer Layer, LayerHasher Hasher, LayerGeometry Geometry, float[]? Bias, bool TakesBias)
{
    /// <summary>Hashes the layer.</summary>
    public HashedLayer Hash(int magnitudes, out double noise)
    {
        HashedRows rows = Hasher.Hash(magnitudes);
        noise = rows.Noise;
        ImmutableArray<float> bias = TakesBias ? Hasher.CorrectedBias(rows.Matrix, Bias) : [];
        return new HashedLayer(Layer.Weights, rows.Matrix, bias, 0);
    }
}
