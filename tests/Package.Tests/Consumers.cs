using System;
using System.IO;
using System.Linq;
using RedGen.TestKit;

namespace RedGen.Package.Tests;

/// <summary>Projects as users write them.</summary>
internal static class Consumers
{
    internal const string OddFolder = "models a#b;c%20d ö";

    /// <summary>A library for Unity, .NET Framework and older .NET: C# 7.3, as the SDK chooses for netstandard2.0.</summary>
    internal const string Portable = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>netstandard2.0</TargetFramework>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <RedGenProfile>Portable</RedGenProfile>
            <RedGenHashing>None</RedGenHashing>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RedGen" Version="$(RedGenTestVersion)" />
          </ItemGroup>
        </Project>
        """;

    internal const string PortableReader = """
        namespace Portable
        {
            public static class Reader
            {
                public static float[] Read(float[] image)
                {
                    var logits = new float[Digits.LogitsLength];
                    Digits.Predict(image, logits);
                    return logits;
                }
            }
        }
        """;

    /// <summary>The strictest settings on the oldest framework, kernels from the package: many models, odd paths.</summary>
    internal const string Net8 = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net8.0</TargetFramework>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            <RedGenAccessibility>Public</RedGenAccessibility>
            <RedGenHashing>None</RedGenHashing>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RedGen" Version="$(RedGenTestVersion)" />
            <ProjectReference Include="../Portable/Portable.csproj" />
            <AdditionalFiles Update="y/digits.onnx" RedGenClassName="OtherDigits" RedGenWeights="literal" />
            <AdditionalFiles Include="../outside/linked-net.onnx" Link="nets/linked-net.onnx" RedGenNamespace="Outside" />
            <AdditionalFiles Update="models*/*.onnx" RedGenWeights="Resource" />
          </ItemGroup>
        </Project>
        """;

    internal const string Net8Program = """
        class Program
        {
            static void Main(string[] arguments)
            {
                byte[] bytes = System.IO.File.ReadAllBytes(arguments[0]);
                var image = new float[Net8.Digits.InputLength];
                var logits = new float[Net8.Digits.LogitsLength];
                for (int i = 0; i < bytes.Length / 4 / image.Length; i++)
                {
                    System.Buffer.BlockCopy(bytes, i * image.Length * 4, image, 0, image.Length * 4);
                    Net8.Digits.Predict(image, logits);
                    Print("x/digits", logits);
                    Net8.OtherDigits.Predict(image, logits);
                    Print("y/digits", logits);
                    Net8.Net1A.Predict(image, logits);
                    Print("odd", logits);
                    Outside.LinkedNet.Predict(image, logits);
                    Print("linked", logits);
                    Print("portable", Portable.Reader.Read(image));
                }
            }

            static void Print(string name, float[] values)
            {
                string[] texts = System.Array.ConvertAll(values, v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
                System.Console.WriteLine(name + " " + string.Join(" ", texts));
            }
        }
        """;

    /// <summary>The newest framework, modern settings, kernels as source and no reference at all, weights beside the model.</summary>
    internal const string Net10 = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <RedGenRuntime>Source</RedGenRuntime>
            <RedGenHashing>None</RedGenHashing>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RedGen" Version="$(RedGenTestVersion)" />
          </ItemGroup>
        </Project>
        """;

    internal const string Net10Program = """
        using System.Globalization;
        using System.Runtime.InteropServices;
        using RedGen;

        ReadOnlySpan<float> images = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(args[0]));
        Span<float> logits = stackalloc float[Net10.External.LogitsLength];
        for (; images.Length > 0; images = images[64..])
        {
            Net10.External.Predict(images[..64], logits);
            Print("external", logits);
            App.Reader.Predict(images[..64], logits);
            Print("attribute", logits);
        }

        Console.WriteLine("references " + string.Join(",", typeof(App.Reader).Assembly.GetReferencedAssemblies().Select(a => a.Name)));

        static void Print(string name, ReadOnlySpan<float> values)
        {
            var texts = new List<string>();
            foreach (float value in values) texts.Add(value.ToString("R", CultureInfo.InvariantCulture));
            Console.WriteLine(name + " " + string.Join(" ", texts));
        }

        namespace App
        {
            [RedGenModel("digits.onnx")]
            public static partial class Reader;
        }
        """;

    /// <summary>As most programs are built: no platform named, one call. Hashed weights, but for the models of many kinds of layers.</summary>
    internal const string Started = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RedGen" Version="$(RedGenTestVersion)" />
            <AdditionalFiles Update="floats.onnx;bytes.onnx" RedGenHashing="None" />
          </ItemGroup>
        </Project>
        """;

    /// <summary>Its argument is the model to run.</summary>
    internal const string StartedProgram = """
        var y = new float[10];
        if (args[0] == "digits") Started.Digits.Predict(new float[Started.Digits.InputLength], y);
        else if (args[0] == "floats") Started.Floats.Predict(new float[Started.Floats.XLength], y);
        else Started.Bytes.Predict(new float[Started.Bytes.XLength], y);
        """;

    /// <summary>Compiled ahead of time, as small as it gets; all that the compiler has to say about reflection and trimming is an error.</summary>
    internal const string AheadOfTime = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>$(AheadOfTimeFramework)</TargetFramework>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <PublishAot>true</PublishAot>
            <OptimizationPreference>Size</OptimizationPreference>
            <StackTraceSupport>false</StackTraceSupport>
            <UseSystemResourceKeys>true</UseSystemResourceKeys>
            <InvariantGlobalization>true</InvariantGlobalization>
            <!-- The symbols are no part of the program. -->
            <CopyOutputSymbolsToPublishDirectory>false</CopyOutputSymbolsToPublishDirectory>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RedGen" Version="$(RedGenTestVersion)" />
            <AdditionalFiles Update="net.onnx" RedGenClassName="Net" />
          </ItemGroup>
        </Project>
        """;

    /// <summary>Prints what the network gives for an input in a file, and what batches give on two threads.</summary>
    internal const string AheadOfTimeProgram = """
        using System;
        using System.Globalization;
        using System.IO;
        using System.Threading.Tasks;
        using AheadOfTime;

        class Program
        {
            static void Main(string[] arguments)
            {
                byte[] bytes = File.ReadAllBytes(arguments[0]);
                var x = new float[bytes.Length / 4];
                Buffer.BlockCopy(bytes, 0, x, 0, bytes.Length);
                int count = x.Length / Net.InputLength;
                var y = new float[count * Net.LogitsLength];
                Net.Warmup();
                Net.PredictBatch(x, y, count, new ParallelOptions { MaxDegreeOfParallelism = 2 });
                var one = new float[Net.LogitsLength];
                Net.Predict(x.AsSpan(0, Net.InputLength), one);
                Console.WriteLine(y.AsSpan(0, one.Length).SequenceEqual(one));
                foreach (float v in y) Console.WriteLine(v.ToString("R", CultureInfo.InvariantCulture));
            }
        }
        """;

    /// <summary>What goes wrong must be readable on the command line.</summary>
    internal const string Broken = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RedGen" Version="$(RedGenTestVersion)" />
            <AdditionalFiles Include="missing.onnx" />
            <AdditionalFiles Update="option.onnx" RedGenWeights="Tape" />
          </ItemGroup>
        </Project>
        """;

    internal static void Write(TemporaryFolder folder, string version, string feed)
    {
        byte[] mlp = DigitsAssets.Mlp();
        string machinePackages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        // RedGen is restored into an empty folder. What the machine has of other packages is used where it lies: they are not under test.
        folder.Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <RedGenTestVersion>{version}</RedGenTestVersion>
                <RestorePackagesPath>$(MSBuildThisFileDirectory)packages</RestorePackagesPath>
                <RestoreFallbackFolders Condition="Exists('{machinePackages}')">{machinePackages}</RestoreFallbackFolders>
                <RestoreAdditionalProjectSources>{feed}</RestoreAdditionalProjectSources>
                <NuGetAudit>false</NuGetAudit>
                <EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>
              </PropertyGroup>
            </Project>
            """);
        folder.Write("Directory.Build.targets", "<Project />");
        folder.Write("Directory.Packages.props", "<Project />");
        folder.Write("consumers.slnx", """<Solution><Project Path="Portable/Portable.csproj" /><Project Path="Net8/Net8.csproj" /><Project Path="Net10/Net10.csproj" /></Solution>""");

        folder.Write("Portable/Portable.csproj", Portable);
        folder.Write("Portable/Reader.cs", PortableReader);
        folder.Write("Portable/digits.onnx", mlp);
        folder.Write("Net8/Net8.csproj", Net8);
        folder.Write("Net8/Program.cs", Net8Program);
        folder.Write("Net8/x/digits.onnx", mlp);
        folder.Write("Net8/y/digits.onnx", mlp);
        folder.Write("Net8/" + OddFolder + "/net 1;a.onnx", mlp);
        folder.Write("outside/linked-net.onnx", mlp);

        (byte[] model, byte[] data) = ExternalDataModel.MoveWeights(mlp, "weights.bin");
        folder.Write("Net10/Net10.csproj", Net10);
        folder.Write("Net10/Program.cs", Net10Program);
        folder.Write("Net10/digits.onnx", mlp);
        folder.Write("Net10/external/external.onnx", model);
        folder.Write("Net10/external/weights.bin", data);

        folder.Write("Started/Started.csproj", Started);
        folder.Write("Started/Program.cs", StartedProgram);
        folder.Write("Started/digits.onnx", mlp);
        folder.Write("Started/floats.onnx", KernelFamilies.Floats());
        folder.Write("Started/bytes.onnx", KernelFamilies.Bytes());

        folder.Write("Broken/Broken.csproj", Broken);
        folder.Write("Broken/broken.onnx", "<html>not found</html>");
        folder.Write("Broken/option.onnx", mlp);

        folder.Write("images.bin", [.. DigitsAssets.Images().Take(50).SelectMany(static i => i).SelectMany(BitConverter.GetBytes)]);
    }
}
