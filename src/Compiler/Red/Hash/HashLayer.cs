using System.Collections.Generic;
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
    private readonly Dictionary<int, (HashedLayer Layer, double Noise)> _hashed = [];

    /// <summary>Hashes the layer; the rounds of a search ask for the same again.</summary>
    public HashedLayer Hash(int magnitudes, out double noise)
    {
        if (!_hashed.TryGetValue(magnitudes, out (HashedLayer Layer, double Noise) known))
        {
            HashedRows rows = Hasher.Hash(magnitudes);
            ImmutableArray<float> bias = TakesBias ? Hasher.CorrectedBias(rows.Matrix, Bias) : [];
            _hashed[magnitudes] = known = (new HashedLayer(Layer.Weights, rows.Matrix, bias, 0), rows.Noise);
        }

        noise = known.Noise;
        return known.Layer;
    }
}
