using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>How a Resize or Upsample finds the elements that an output is made of.</summary>
/// <param name="Interpolation"><c>nearest</c>, <c>linear</c> or <c>cubic</c>.</param>
/// <param name="Coordinates">The attribute coordinate_transformation_mode.</param>
/// <param name="Rounding">The attribute nearest_mode; <c>simple</c> in opsets before 11: down when enlarging, up when reducing.</param>
/// <param name="CubicCoefficient">The parameter a of cubic interpolation.</param>
/// <param name="ExcludesOutside">Whether places outside the input have no weight.</param>
/// <param name="Antialias">Whether the filter widens when reducing.</param>
/// <param name="Extrapolation">The value of what lies outside a crop.</param>
/// <param name="Policy">The attribute keep_aspect_ratio_policy.</param>
internal sealed record ResizeMode(
    string Interpolation, string Coordinates, string Rounding, double CubicCoefficient, bool ExcludesOutside, bool Antialias, float Extrapolation, string Policy)
{
    private static readonly string[] CoordinateModes =
        ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"];

    /// <summary>Whether the region of interest counts, and what lies outside it gets a value of its own.</summary>
    public bool IsCrop => Coordinates == "tf_crop_and_resize";

    /// <summary>Reads the attributes.</summary>
    public static ResizeMode Read(InferenceContext context)
    {
        NodeAttributes attributes = context.Attributes;
        bool isPlain = context.Node.Operator.Name == "Upsample" || context.Version < 11;
        string interpolation = attributes.String("mode", "nearest");
        if (interpolation == "bilinear" && isPlain) interpolation = "linear";
        if (!(interpolation is "nearest" or "linear" || (interpolation == "cubic" && !isPlain))) throw context.Unsupported("mode", "'" + interpolation + "' is not one of nearest, linear, cubic");
        if (isPlain) return new(interpolation, "asymmetric", "simple", 0, false, false, 0, "stretch");
        string coordinates = attributes.String("coordinate_transformation_mode", "half_pixel");
        if (!CoordinateModes.Contains(coordinates)) throw context.Unsupported("coordinate_transformation_mode", "'" + coordinates + "' is not one of " + string.Join(", ", CoordinateModes));
        string rounding = attributes.String("nearest_mode", "round_prefer_floor");
        if (rounding is not ("round_prefer_floor" or "round_prefer_ceil" or "floor" or "ceil")) throw context.Unsupported("nearest_mode", "'" + rounding + "' is not one of round_prefer_floor, round_prefer_ceil, floor, ceil");
        string policy = attributes.String("keep_aspect_ratio_policy", "stretch");
        if (policy is not ("stretch" or "not_larger" or "not_smaller")) throw context.Unsupported("keep_aspect_ratio_policy", "'" + policy + "' is not one of stretch, not_larger, not_smaller");
        bool isNearest = interpolation == "nearest";
        return new(
            interpolation, coordinates, rounding, attributes.Float("cubic_coeff_a", -0.75f), !isNearest && attributes.Int("exclude_outside", 0) != 0,
            !isNearest && attributes.Int("antialias", 0) != 0, attributes.Float("extrapolation_value", 0), policy);
    }
}
